"""The rows of accounts."""
