"""Sections of the page: what they list, and how it is read."""
