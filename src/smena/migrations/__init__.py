"""Numbered, forward-only changes of the database, applied at start."""
