"""Forms of the page: what they carry, and which verbs of the account they call."""
