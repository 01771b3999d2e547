"""The SQL of distribution; rows to model and back. One file per table."""
