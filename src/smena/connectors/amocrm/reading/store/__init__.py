"""Rows about what has been read."""
