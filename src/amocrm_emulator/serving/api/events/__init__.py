"""What the account tells: the event log and the subscriptions of webhooks."""
