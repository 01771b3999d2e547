"""Trouble by script: what an API on the internet does to its clients, at a chosen moment."""
