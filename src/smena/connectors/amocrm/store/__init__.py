"""The only SQL of the connector, by what the rows are about."""
