"""Questions about connected accounts."""

from smena.accounts.model import Account, Activation, Standing
from smena.accounts.store import accounts
from smena.accounts.store import activation as activations
from smena.kernel.db import Tx


async def account(tx: Tx) -> Account:
    """Return the account of this tenant's transaction."""
    found = await accounts.one(tx, tx.account)
    if found is None:
        raise LookupError(f"account {tx.account} is not known")
    return found


async def all_accounts(tx: Tx) -> list[Account]:
    """Return every account of the installation; needs a system transaction."""
    return await accounts.every(tx)


async def standing(tx: Tx) -> Standing:
    """Return what every page has to know of this account."""
    return await activations.standing(tx)


async def activation(tx: Tx) -> Activation | None:
    """Return the latest consent and contact, None before the first entry."""
    return await activations.latest(tx)
