"""Numbers that every part of the system knows things by."""

from typing import NewType

AccountId = NewType("AccountId", int)
"""The number of the account in amoCRM; the first column of every key (docs/decisions/0001)."""
