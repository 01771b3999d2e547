"""Questions about the connection to amoCRM; read only."""

from datetime import datetime, timedelta

from smena.connectors.amocrm import health
from smena.connectors.amocrm.core.health import Vitals
from smena.connectors.amocrm.core.history import History
from smena.connectors.amocrm.core.plan import Progress
from smena.connectors.amocrm.core.plan import progress as tell
from smena.connectors.amocrm.core.subscription import is_silent
from smena.connectors.amocrm.core.window import NOTES
from smena.connectors.amocrm.hook import refused_settings
from smena.connectors.amocrm.model import (
    LATE_AFTER,
    AccessFacts,
    Connection,
    Freshness,
    HookState,
    Integration,
    Report,
)
from smena.connectors.amocrm.store import check, link, load, tokens, vital
from smena.connectors.amocrm.store import history as store_history
from smena.crm import queries as crm
from smena.crm.model import Coverage
from smena.kernel import inbox
from smena.kernel.crypto import Vault
from smena.kernel.db import Database, Tx
from smena.kernel.ids import AccountId


async def connection(tx: Tx) -> Connection | None:
    """Return how this account is reached, None when it never was."""
    return await link.one(tx)


async def access(tx: Tx) -> AccessFacts | None:
    """Return how this account lets us in, None when there is no token."""
    return await tokens.facts(tx)


async def integration_of(tx: Tx, vault: Vault) -> Integration | None:
    """Return our integration in this account; its secret must not reach a browser."""
    return await tokens.integration(tx, vault)


async def is_connected(tx: Tx) -> bool:
    """Tell whether this account's webhooks are taken: also while amoCRM asks to sign in again."""
    found = await link.one(tx)
    return found is not None and (found.is_active or bool(found.trouble))


async def progress(tx: Tx, now: datetime) -> Progress | None:
    """Return how far the first load is, None when there is none."""
    found = await link.one(tx)
    if found is None or found.load_started_at is None:
        return None
    return tell(await load.slices(tx), found.load_started_at, found.load_finished_at or now)


async def history(tx: Tx) -> History | None:
    """Return how the reading of the past stands, None when nobody asked for it."""
    return await store_history.one(tx)


async def loaded_from(tx: Tx) -> datetime | None:
    """Return since when the first load has read the event log."""
    return await store_history.loaded_from(tx)


async def histories_due(tx: Tx) -> list[AccountId]:
    """Return whose past is to be read on (system transaction)."""
    return await store_history.due(tx)


async def freshness(tx: Tx, now: datetime) -> Freshness:
    """Return up to when the mirror is complete, and whether that is long ago."""
    found = await link.one(tx)
    if found is None:
        return Freshness(None, is_loading=False, is_late=True)
    until = found.complete_until
    is_loading = found.load_started_at is not None and found.load_finished_at is None
    return Freshness(until, is_loading, is_late=until is None or now - until > LATE_AFTER)


async def polls_due(tx: Tx, now: datetime) -> list[AccountId]:
    """Return whose event log is to be read now (system transaction)."""
    return await link.polls_due(tx, now)


async def cards_due(tx: Tx, now: datetime) -> list[AccountId]:
    """Return whose lists of cards are to be read now (system transaction)."""
    return await link.cards_due(tx, now)


async def loads_due(tx: Tx) -> list[AccountId]:
    """Return whose first load is not done (system transaction)."""
    return await link.loads_due(tx)


async def active(tx: Tx) -> list[AccountId]:
    """Return who is being asked (system transaction)."""
    return await link.active(tx)


async def troubled(tx: Tx) -> list[AccountId]:
    """Return who is not asked any more because amoCRM shut us out (system transaction)."""
    return await link.troubled(tx)


async def with_bodies(tx: Tx) -> list[AccountId]:
    """Return who has webhook bodies waiting to be understood (system transaction)."""
    return await inbox.accounts_waiting(tx, "amocrm")


async def checks_due(tx: Tx, now: datetime) -> list[AccountId]:
    """Return whose check of completeness is to go on now (system transaction)."""
    return await check.accounts_due(tx, now)


async def checks(tx: Tx, limit: int) -> list[Report]:
    """Return the latest checks of completeness with what each found, the newest first."""
    found = await check.latest(tx, limit)
    parts = await check.parts(tx, [one.id for one in found])
    return [Report(one, tuple(parts[one.id])) for one in found]


async def is_hook_silent(tx: Tx) -> bool:
    """Tell whether polling brings changes of which no webhook has told for an hour."""
    found, signs = await link.one(tx), await vital.signs(tx)
    if found is None or found.hook_state is not HookState.ALIVE:
        return False
    return is_silent(signs.hook_at, signs.news_at, found.hook_checked_at)


async def hook_settings_lacking(tx: Tx) -> frozenset[str]:
    """Return the events of which this account cannot tell by webhooks."""
    found = await link.one(tx)
    return frozenset() if found is None else refused_settings(found)


async def vitals(
    db: Database, account: AccountId, period: timedelta, now: datetime
) -> Vitals | None:
    """Return all that is known of how a connection lives, None when there never was one."""
    return await health.of_account(db, account, period, now)


async def fresh_until(tx: Tx) -> dict[str, datetime]:
    """Return up to which moment each kind of data is here, by `Coverage`."""
    found, cursors = await link.one(tx), await link.cursors(tx)
    until = await crm.complete_until(tx)
    if found is not None:
        whole = {
            Coverage.ROSTERS: found.roster_at,
            Coverage.LISTS: found.lists_at,
            Coverage.UNSORTED: found.unsorted_at,
        }
        until |= {kind: at for kind, at in whole.items() if at is not None}
    read = [cursors[stream].read_at for stream in NOTES if stream in cursors]
    known = [at for at in read if at is not None]
    if known and len(known) == len(NOTES):
        until[Coverage.CALLS] = min(known)
    return until
