"""The embedded PostgreSQL: our own small supervisor over the server's programs."""
