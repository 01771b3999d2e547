"""Pure: plans and windows of reading."""
