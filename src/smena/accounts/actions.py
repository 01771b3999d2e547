"""Verbs of connecting; each works inside the caller's transaction."""

from datetime import datetime

from smena.accounts import store
from smena.accounts.model import AccountState, NewAccount
from smena.kernel.db import Tx


async def connect(tx: Tx, new: NewAccount, now: datetime) -> None:
    """Remember an account, or refresh what is known of it and its token."""
    await store.connect(tx, new, now)


async def set_state(tx: Tx, state: AccountState, reason: str = "") -> None:
    """Note that the CRM lets us in, or why it does not."""
    await store.set_state(tx, tx.account, state, reason)


async def disconnect(tx: Tx) -> None:
    """Forget the token; the mirror stays."""
    await store.disconnect(tx, tx.account)
