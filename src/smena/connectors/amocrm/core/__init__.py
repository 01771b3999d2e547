"""Decisions of the connector: forms, translation, windows, plans and outcomes. Pure."""
