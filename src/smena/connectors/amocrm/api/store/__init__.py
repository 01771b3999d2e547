"""Rows about requests."""
