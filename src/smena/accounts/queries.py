"""Questions about connected accounts."""

from smena.accounts import store
from smena.accounts.model import Account
from smena.kernel.crypto import Vault
from smena.kernel.db import Tx
from smena.kernel.errors import GiveUp


async def account(tx: Tx) -> Account:
    """Return the account of this tenant's transaction."""
    found = await store.one(tx, tx.account)
    if found is None:
        raise LookupError(f"account {tx.account} is not known")
    return found


async def all_accounts(tx: Tx) -> list[Account]:
    """Return every account of the installation; needs a system transaction."""
    return await store.every(tx)


async def token(tx: Tx, vault: Vault) -> str:
    """Return the account's long-lived token, opened. It must not reach a log or a browser."""
    sealed = await store.sealed_token(tx, tx.account)
    if sealed is None:
        raise GiveUp(f"account {tx.account} is not connected")
    return vault.open(sealed).decode()
