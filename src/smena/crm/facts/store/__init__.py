"""Rows of the log of facts."""
