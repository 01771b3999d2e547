"""A faithful local amoCRM with a team that works in it. Knows nothing of smena."""
