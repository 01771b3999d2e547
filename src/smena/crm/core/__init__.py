"""Decisions of the mirror: what an arriving message changes, pure."""
