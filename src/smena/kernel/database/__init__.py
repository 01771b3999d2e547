"""How the database is reached: connections kept open, named parameters, addresses, trouble."""
