"""Pure: which state wins, what follows from a change."""
