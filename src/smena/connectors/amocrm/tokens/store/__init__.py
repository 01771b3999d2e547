"""Rows about tokens."""
