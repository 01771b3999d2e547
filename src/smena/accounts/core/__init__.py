"""Decisions about accounts: what an activation needs."""
