"""Background work: how it is asked for, run, repeated and ended."""
