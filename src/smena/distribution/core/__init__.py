"""Decisions of distribution: pure, one file per business question."""
