"""Webhooks of the account: what their bodies look like and how they are sent."""
