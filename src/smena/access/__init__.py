"""People who sign in, their roles and sessions (CORE-4, CORE-5)."""
