"""Questions about connected accounts."""

from smena.accounts.model import (
    Account,
    AccountStanding,
    AccountState,
    Activation,
    Choices,
    ContactPerson,
    Giver,
    Module,
    Switch,
)
from smena.accounts.store import accounts, settings
from smena.accounts.store.accounts import COLUMNS
from smena.kernel.db import Tx


async def account(tx: Tx) -> Account:
    """Return the account of this tenant's transaction; raises LookupError when it is not known."""
    found = await accounts.one(tx, tx.account)
    if found is None:
        raise LookupError(f"account {tx.account} is not known")
    return found


async def switches(tx: Tx) -> dict[Module, Switch]:
    """Return whether each module is on here."""
    found = await settings.switches(tx)
    return {module: found.get(module, Switch()) for module in Module}


async def switch(tx: Tx, module: Module) -> Switch:
    return await settings.switch_of(tx, module)


ALL = f"SELECT {COLUMNS} FROM account ORDER BY id"  # noqa: S608 -- a constant list


async def all_accounts(tx: Tx) -> list[Account]:
    """Return every account of the installation; needs a system transaction."""
    return await tx.all(Account, ALL)


STANDING = """
SELECT a.name, a.state, a.state_reason, a.language,
       ARRAY(SELECT m.module FROM account_module m
              WHERE m.account_id = a.id AND NOT m.is_on) AS modules_off,
       (SELECT max(g.version) FROM account_activation g WHERE g.account_id = a.id) AS version
  FROM account a WHERE a.id = :account
"""


async def standing(tx: Tx) -> AccountStanding:
    """Return what every page has to know of this account; raises LookupError when not known."""
    row = await tx.row(STANDING, account=tx.account)
    if row is None:
        raise LookupError(f"account {tx.account} is not known")
    return AccountStanding(
        row.name,
        AccountState(row.state),
        row.state_reason,
        row.version,
        row.language,
        frozenset(Module(name) for name in row.modules_off if name in set(Module)),
    )


LATEST = """
SELECT version, name, phone, role, given_by, given_email, given_at FROM account_activation
 WHERE account_id = :account ORDER BY version DESC, given_at DESC LIMIT 1
"""


async def activation(tx: Tx) -> Activation | None:
    """Return the latest consent and contact, None before the first entry."""
    row = await tx.row(LATEST, account=tx.account)
    if row is None:
        return None
    contact = ContactPerson(row.name, row.phone, row.role)
    return Activation(row.version, contact, Giver(row.given_by, row.given_email), row.given_at)


CHOICES = "SELECT own_time_zone, language FROM account WHERE id = :account"


async def choices(tx: Tx) -> Choices:
    """Return what the account has set otherwise than the CRM and the installation."""
    row = await tx.row(CHOICES, account=tx.account)
    return Choices(None, None) if row is None else Choices(row.own_time_zone, row.language)
