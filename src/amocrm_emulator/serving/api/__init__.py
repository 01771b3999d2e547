"""API v4 over HTTP."""
