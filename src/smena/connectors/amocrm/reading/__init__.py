"""How the mirror learns: first load, polling, history, reading by number."""
