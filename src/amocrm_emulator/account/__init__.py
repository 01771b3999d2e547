"""The emulated account: its state, and the verbs that change it."""
