"""How requests are authenticated and tokens refreshed."""
