"""What is pure about the account: rights, values of fields, what the log says of a change."""
