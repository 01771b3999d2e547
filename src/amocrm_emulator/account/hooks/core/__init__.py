"""Bodies of webhooks and what triggers fire: pure."""
