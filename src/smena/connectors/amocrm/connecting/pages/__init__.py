"""HTTP entry points of connecting an account."""
