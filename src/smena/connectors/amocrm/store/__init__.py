"""Rows that all rooms share: the connection, and when it was last seen."""
