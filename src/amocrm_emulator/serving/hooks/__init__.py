"""Sending webhooks: attempts, repeats, outcomes, what goes wrong on purpose."""
