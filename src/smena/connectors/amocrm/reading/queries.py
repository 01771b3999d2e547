"""Questions about what has been read; read only."""

from datetime import datetime

from smena.connectors.amocrm.model import LATE_AFTER, Freshness
from smena.connectors.amocrm.reading.core import first_load as core
from smena.connectors.amocrm.reading.core.first_load import Progress
from smena.connectors.amocrm.reading.core.history import History
from smena.connectors.amocrm.reading.core.window import NOTES
from smena.connectors.amocrm.reading.store import cursors as cursor_rows
from smena.connectors.amocrm.reading.store import first_load
from smena.connectors.amocrm.reading.store.history import ONE
from smena.connectors.amocrm.store import connections
from smena.crm.mirror.queries import coverage
from smena.crm.model.entities import Coverage
from smena.kernel.db import Tx
from smena.kernel.ids import AccountId


async def progress(tx: Tx, now: datetime) -> Progress | None:
    """Return how far the first load is, None when there is none."""
    found = await connections.one(tx)
    if found is None or found.load_started_at is None:
        return None
    return core.progress(
        await first_load.slices(tx), found.load_started_at, found.load_finished_at or now
    )


async def freshness(tx: Tx, now: datetime) -> Freshness:
    """Return up to when the mirror is complete, and whether that is long ago."""
    found = await connections.one(tx)
    if found is None:
        return Freshness(None, is_loading=False, is_late=True)
    until = found.complete_until
    is_loading = found.load_started_at is not None and found.load_finished_at is None
    return Freshness(until, is_loading, is_late=until is None or now - until > LATE_AFTER)


async def fresh_until(tx: Tx) -> dict[str, datetime]:
    """Return up to which moment each kind of data is here, by `Coverage`."""
    found, cursors = await connections.one(tx), await cursor_rows.cursors(tx)
    until = await coverage.complete_until(tx)
    if found is not None:
        whole = {
            Coverage.PEOPLE: found.people_at,
            Coverage.REFERENCE_DATA: found.reference_data_at,
            Coverage.UNSORTED: found.unsorted_at,
        }
        until |= {kind: at for kind, at in whole.items() if at is not None}
    read = [cursors[stream].read_at for stream in NOTES if stream in cursors]
    known = [at for at in read if at is not None]
    if known and len(known) == len(NOTES):
        until[Coverage.CALLS] = min(known)
    return until


async def history(tx: Tx) -> History | None:
    """Return how the reading of the past stands, None when nobody asked for it."""
    return await tx.one(History, ONE, account=tx.account)


# The first load begins where its oldest stretch of the log does.
LOADED_FROM = """
SELECT min(from_at) AS start FROM amocrm_load WHERE account_id = :account AND path = 'events'
"""


async def loaded_from(tx: Tx) -> datetime | None:
    """Return since when the first load has read the log, None when it has not."""
    found: datetime | None = await tx.value(LOADED_FROM, account=tx.account)
    return found


DUE = """
SELECT h.account_id FROM amocrm_history h JOIN amocrm_connection c USING (account_id)
 WHERE h.finished_at IS NULL AND NOT h.is_paused AND c.is_active
   AND c.load_finished_at IS NOT NULL
"""


async def histories_due(tx: Tx, _now: datetime) -> list[AccountId]:
    """Return whose history is to be read on (system transaction)."""
    return [AccountId(row.account_id) for row in await tx.rows(DUE)]


POLLS_DUE = "SELECT account_id FROM amocrm_connection WHERE is_active AND next_poll_at <= :now"


async def polls_due(tx: Tx, now: datetime) -> list[AccountId]:
    """Return whose event log is to be read now (system transaction)."""
    return [AccountId(row.account_id) for row in await tx.rows(POLLS_DUE, now=now)]


CARDS_DUE = "SELECT account_id FROM amocrm_connection WHERE is_active AND next_cards_at <= :now"


async def cards_due(tx: Tx, now: datetime) -> list[AccountId]:
    """Return whose lists of cards are to be read now (system transaction)."""
    return [AccountId(row.account_id) for row in await tx.rows(CARDS_DUE, now=now)]


LOADS_DUE = """
SELECT account_id FROM amocrm_connection
 WHERE is_active AND load_started_at IS NOT NULL AND load_finished_at IS NULL
"""


async def loads_due(tx: Tx, _now: datetime) -> list[AccountId]:
    """Return whose first load is not done (system transaction)."""
    return [AccountId(row.account_id) for row in await tx.rows(LOADS_DUE)]
