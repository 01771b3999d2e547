"""Rows about consents."""
