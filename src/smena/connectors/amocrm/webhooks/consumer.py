"""Understand kept webhook bodies in the order they came, and hint at what to ask amoCRM."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from smena.accounts import queries as accounts
from smena.accounts.model import Account
from smena.connectors.amocrm.api.core import form
from smena.connectors.amocrm.api.core.form import BadForm
from smena.connectors.amocrm.reading.store import fetch_queue as asked
from smena.connectors.amocrm.reading.store import schedule
from smena.connectors.amocrm.store import connections, last_seen
from smena.connectors.amocrm.translation import webhook
from smena.connectors.amocrm.translation.kinds import PATHS, notes_path
from smena.connectors.amocrm.translation.webhook import ForeignBody, WebhookReading
from smena.connectors.amocrm.webhooks.core.coalesce import coalesce
from smena.crm.mirror.ingest import ingest
from smena.crm.mirror.queries import reference_data
from smena.crm.model.conversations import together
from smena.crm.model.entities import Changes, EntityKind, Source
from smena.crm.model.reading import Reading
from smena.kernel import inbox
from smena.kernel.db import Tx
from smena.kernel.ids import AccountId
from smena.kernel.inbox import InboxMessage
from smena.kernel.jobs.enqueue import wake
from smena.kernel.jobs.registry import JobContext
from smena.kernel.metrics import WEBHOOKS

SOURCE = "amocrm"
BATCH = 200
STATES_OF_DATA = ("22", "23", "54", "P0")

FieldTypes = Mapping[EntityKind, Mapping[int, str]]

log = structlog.get_logger(__name__)


async def drain(context: JobContext, account: AccountId) -> None:
    """Understand everything that waits; a body that breaks a batch is set aside alone."""
    while True:
        try:
            taken = await _batch(context, account, BATCH)
        except Exception as trouble:
            if not _is_of_a_body(trouble):
                raise
            taken = await _one(context, account)
        if not taken:
            return


async def _batch(context: JobContext, account: AccountId, limit: int) -> int:
    async with context.db.tenant(account) as tx:
        kept = await inbox.take(tx, SOURCE, limit)
        if not kept:
            return 0
        known, types = await accounts.account(tx), await reference_data.field_types(tx)
        readings = [await _read(tx, known, types, message, context.now) for message in kept]
        understood = [reading for reading in readings if reading]
        for changes in coalesce([reading.changes for reading in understood]):
            await ingest(tx, Reading(changes), context.now)
        said = together(Source.WEBHOOK, [reading.conversations for reading in understood])
        await ingest(tx, Reading(Changes(Source.WEBHOOK), said), context.now)
        await asked.ask(tx, _wanted(readings), context.now)
        # The connection after the mirror, as polling does: else each would wait for the other.
        await schedule.count_malformed(tx, sum(len(one.malformed) for one in understood))
        await schedule.hint(tx, context.now)
        await _note_lag(tx, kept[-1].received_at, readings, context.now)
        await inbox.done(tx, [m.id for m, r in zip(kept, readings, strict=True) if r], context.now)
        await wake(tx, "amocrm.poll", account)
    WEBHOOKS.labels("understood").inc(sum(reading is not None for reading in readings))
    return len(kept)


async def _note_lag(
    tx: Tx, received_at: datetime, readings: Sequence[WebhookReading | None], now: datetime
) -> None:
    """Note when amoCRM was heard last, and how late: on its own clock, as far as it is known."""
    moments = [at for reading in readings if reading for at in _moments(reading.changes)]
    connection = await connections.one(tx)
    lag = None
    if moments and connection is not None:
        lag = max(timedelta(0), now + connection.clock_offset - max(moments))
    await last_seen.webhook_arrived(tx, received_at, lag)


def _moments(told: Changes) -> Iterator[datetime]:
    yield from (row.updated_at for row in told.leads)
    yield from (row.updated_at for row in told.contacts)
    yield from (row.updated_at for row in told.companies)
    yield from (row.updated_at for row in told.tasks)


async def _one(context: JobContext, account: AccountId) -> int:
    """Take the oldest body alone; when the mirror does not bear it, set it aside and say so."""
    try:
        return await _batch(context, account, 1)
    except Exception as trouble:
        if not _is_of_a_body(trouble):
            raise
        log.exception("webhook_defect", account=account)
        async with context.db.tenant(account) as tx:
            for message in await inbox.take(tx, SOURCE, 1):
                await _set_aside(tx, message, f"defect: {trouble}", context.now)
            await schedule.hint(tx, context.now)
        return 1


async def _read(
    tx: Tx, account: Account, types: FieldTypes, message: InboxMessage, now: datetime
) -> WebhookReading | None:
    """Read a body; what cannot be read at all is kept with its reason."""
    try:
        tree = form.parse(message.body)
        webhook.check_account(tree, account.id, account.subdomain)
        reading = webhook.read(tree, ZoneInfo(account.crm_time_zone), message.received_at, types)
    except (BadForm, ForeignBody) as reason:
        await _set_aside(tx, message, str(reason), now)
        return None
    if reading.malformed:
        log.warning("webhook_partly_read", account=account.id, reasons=reading.malformed[:5])
    return reading


async def _set_aside(tx: Tx, message: InboxMessage, reason: str, now: datetime) -> None:
    WEBHOOKS.labels("malformed").inc()
    await inbox.set_aside(tx, message.id, reason, now)


def _is_of_a_body(trouble: Exception) -> bool:
    """Tell data that the mirror does not bear from a database that is in trouble itself."""
    state = getattr(getattr(trouble, "orig", trouble), "sqlstate", None)
    if isinstance(state, str):
        return state.startswith(STATES_OF_DATA)
    return isinstance(trouble, ValueError | TypeError)


def _wanted(readings: Sequence[WebhookReading | None]) -> set[tuple[str, int]]:
    """Return what the bodies ask to be read, as lists and ids."""
    wanted: set[tuple[str, int]] = set()
    for reading in readings:
        if reading:
            wanted |= {(PATHS[kind], number) for kind, number in reading.entities}
            wanted |= {(notes_path(kind), int(note)) for kind, note in reading.notes}
            wanted |= {("talks", number) for number in reading.talks}
    return wanted
