"""Questions about webhooks; read only."""

from datetime import datetime

from smena.connectors.amocrm.model import WebhookState
from smena.connectors.amocrm.store import connections, last_seen
from smena.connectors.amocrm.webhooks.core.subscription import is_silent
from smena.connectors.amocrm.webhooks.subscription import refused_settings
from smena.kernel import inbox
from smena.kernel.db import Tx
from smena.kernel.ids import AccountId


async def with_bodies(tx: Tx, _now: datetime) -> list[AccountId]:
    """Return who has webhook bodies waiting to be understood (system transaction)."""
    return await inbox.accounts_waiting(tx, "amocrm")


async def is_webhook_silent(tx: Tx) -> bool:
    """Tell whether polling brings changes of which no webhook has told for an hour."""
    found, signs = await connections.one(tx), await last_seen.last_seen(tx)
    if found is None or found.webhook_state is not WebhookState.ALIVE:
        return False
    return is_silent(signs.webhook_at, signs.news_at, found.webhook_checked_at)


async def webhook_settings_lacking(tx: Tx) -> frozenset[str]:
    """Return the events of which this account cannot tell by webhooks."""
    found = await connections.one(tx)
    return frozenset() if found is None else refused_settings(found)
