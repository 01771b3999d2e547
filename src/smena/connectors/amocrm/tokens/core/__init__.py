"""Pure: token answers, claims, when to refresh."""
