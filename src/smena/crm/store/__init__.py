"""The SQL of the mirror; one file per question. Statements are constants with a name."""
