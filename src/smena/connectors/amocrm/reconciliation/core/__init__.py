"""Pure: what is compared, and what a difference is."""
