"""Rows of the mirror."""
