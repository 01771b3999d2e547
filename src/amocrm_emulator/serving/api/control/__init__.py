"""What the platform does not have: controls for demos and tests. Loopback only, no token."""
