"""Comparing the mirror with amoCRM, page by page, each night."""
