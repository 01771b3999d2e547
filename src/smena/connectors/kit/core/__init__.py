"""Pure: whose turn it is at a shared rate limit."""
