"""How amoCRM is asked: requests, limits, the shapes of its answers."""
