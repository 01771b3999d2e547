"""The rows of working time."""
