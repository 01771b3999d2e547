"""Questions about webhooks; read only."""

from smena.connectors.amocrm.model import HookState
from smena.connectors.amocrm.store import connection as link
from smena.connectors.amocrm.store import last_seen
from smena.connectors.amocrm.webhooks.core.subscription import is_silent
from smena.connectors.amocrm.webhooks.subscription import refused_settings
from smena.kernel import inbox
from smena.kernel.db import Tx
from smena.kernel.ids import AccountId


async def with_bodies(tx: Tx) -> list[AccountId]:
    """Return who has webhook bodies waiting to be understood (system transaction)."""
    return await inbox.accounts_waiting(tx, "amocrm")


async def is_hook_silent(tx: Tx) -> bool:
    """Tell whether polling brings changes of which no webhook has told for an hour."""
    found, signs = await link.one(tx), await last_seen.signs(tx)
    if found is None or found.hook_state is not HookState.ALIVE:
        return False
    return is_silent(signs.hook_at, signs.news_at, found.hook_checked_at)


async def hook_settings_lacking(tx: Tx) -> frozenset[str]:
    """Return the events of which this account cannot tell by webhooks."""
    found = await link.one(tx)
    return frozenset() if found is None else refused_settings(found)
