"""Decisions about working time."""
