"""HTTP entry points of the settings."""
