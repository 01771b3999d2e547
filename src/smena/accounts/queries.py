"""Questions about connected accounts."""

from smena.accounts.model import Account, Activation, Choices, Module, Standing, Switch
from smena.accounts.store import accounts, settings
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


async def choices(tx: Tx) -> Choices:
    """Return what the account has set otherwise than the CRM and the installation."""
    return await settings.choices(tx)


async def switches(tx: Tx) -> dict[Module, Switch]:
    """Return of every module whether it works here."""
    found = await settings.switches(tx)
    return {module: found.get(module, Switch()) for module in Module}


async def switch(tx: Tx, module: Module) -> Switch:
    return await settings.switch_of(tx, module)
