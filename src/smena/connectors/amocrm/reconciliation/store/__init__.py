"""Rows about reconciliations."""
