"""Questions others may ask the mirror; read only."""
