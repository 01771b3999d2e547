"""Pure: what is wrong with a connection."""
