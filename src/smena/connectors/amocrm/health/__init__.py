"""How a connection lives, and what to do about it."""
