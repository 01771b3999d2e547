"""The rows of people, memberships, sessions and attempts.

All of it runs in system transactions (see the migration 0002): a membership is found before any
account is known. Every statement about one account names it.
"""
