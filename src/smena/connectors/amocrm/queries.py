"""Questions about the connection to amoCRM; read only."""

from smena.connectors.amocrm.model import Connection
from smena.connectors.amocrm.store import connections
from smena.kernel.db import Tx
from smena.kernel.ids import AccountId


async def connection(tx: Tx) -> Connection | None:
    """Return how this account is reached, None when it never was."""
    return await connections.one(tx)


async def is_connected(tx: Tx) -> bool:
    """Tell whether this account's webhooks are taken: also while amoCRM asks to sign in again."""
    found = await connections.one(tx)
    return found is not None and (found.is_active or bool(found.trouble))


ACTIVE = "SELECT account_id FROM amocrm_connection WHERE is_active"


async def active(tx: Tx) -> list[AccountId]:
    """Return who is being asked (system transaction)."""
    return [AccountId(row.account_id) for row in await tx.rows(ACTIVE)]


TROUBLED = "SELECT account_id FROM amocrm_connection WHERE NOT is_active AND trouble <> ''"


async def troubled(tx: Tx) -> list[AccountId]:
    """Return who is not asked any more because amoCRM shut us out (system transaction)."""
    return [AccountId(row.account_id) for row in await tx.rows(TROUBLED)]
