"""People who work in the account: what they plan, how it is done, how a recorded log is played."""
