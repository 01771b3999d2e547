"""When people work (SCH): for now the usual hours of an account and of single people."""
