"""Decisions about a day: what counts, which zone a moment has, what the sums are."""
