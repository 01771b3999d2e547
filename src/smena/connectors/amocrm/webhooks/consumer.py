"""Understand kept webhook bodies in the order they came, and hint at what to ask amoCRM."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from smena.accounts import queries as accounts
from smena.accounts.model import Account
from smena.connectors.amocrm.api.core import form
from smena.connectors.amocrm.api.core.form import BadForm
from smena.connectors.amocrm.reading.store import fetch_queue, schedule
from smena.connectors.amocrm.store import connections, last_seen
from smena.connectors.amocrm.translation import webhook
from smena.connectors.amocrm.translation.kinds import PATHS, notes_path
from smena.connectors.amocrm.translation.webhook import ForeignBody, WebhookReading
from smena.connectors.amocrm.webhooks.core.coalesce import coalesce
from smena.connectors.kit import inbox_consumer
from smena.connectors.kit.inbox_consumer import InboxConsumer
from smena.crm.mirror.ingest import ingest
from smena.crm.mirror.queries import reference_data
from smena.crm.model.conversations import together
from smena.crm.model.entities import Changes, EntityKind, Source
from smena.crm.model.reading import Reading
from smena.kernel.db import Tx
from smena.kernel.ids import AccountId
from smena.kernel.inbox import InboxMessage
from smena.kernel.jobs.enqueue import wake
from smena.kernel.jobs.registry import JobContext

SOURCE = "amocrm"

FieldTypes = Mapping[EntityKind, Mapping[int, str]]

log = structlog.get_logger(__name__)


async def drain(context: JobContext, account: AccountId) -> None:
    """Understand everything that waits."""
    await inbox_consumer.drain(context, account, CONSUMER)


async def _understand(
    context: JobContext, tx: Tx, kept: Sequence[InboxMessage]
) -> inbox_consumer.Unreadable:
    """Put what the bodies say into the mirror; return those that cannot be read at all."""
    account, types = await accounts.account(tx), await reference_data.field_types(tx)
    readings: list[WebhookReading] = []
    unreadable: dict[int, str] = {}
    for message in kept:
        try:
            readings.append(_read(account, types, message))
        except (BadForm, ForeignBody) as reason:
            unreadable[message.id] = str(reason)
    for changes in coalesce([reading.changes for reading in readings]):
        await ingest(tx, Reading(changes), context.now)
    said = together(Source.WEBHOOK, [reading.conversations for reading in readings])
    await ingest(tx, Reading(Changes(Source.WEBHOOK), said), context.now)
    await fetch_queue.ask(tx, _wanted(readings), context.now)
    # The connection after the mirror, as polling does: else each would wait for the other.
    await schedule.count_malformed(tx, sum(len(one.malformed) for one in readings))
    await schedule.hint(tx, context.now)
    await _note_lag(tx, kept[-1].received_at, readings, context.now)
    await wake(tx, "amocrm.poll", tx.account)
    return unreadable


async def _after_defect(context: JobContext, tx: Tx) -> None:
    await schedule.hint(tx, context.now)


CONSUMER = InboxConsumer(SOURCE, _understand, _after_defect)


async def _note_lag(
    tx: Tx, received_at: datetime, readings: Sequence[WebhookReading], now: datetime
) -> None:
    """Note when amoCRM was heard last, and how late: on its own clock, as far as it is known."""
    moments = [at for reading in readings for at in _moments(reading.changes)]
    connection = await connections.one(tx)
    lag = None
    if moments and connection is not None:
        lag = max(timedelta(0), now + connection.clock_offset - max(moments))
    await last_seen.webhook_arrived(tx, received_at, lag)


def _moments(changes: Changes) -> Iterator[datetime]:
    yield from (row.updated_at for row in changes.leads)
    yield from (row.updated_at for row in changes.contacts)
    yield from (row.updated_at for row in changes.companies)
    yield from (row.updated_at for row in changes.tasks)


def _read(account: Account, types: FieldTypes, message: InboxMessage) -> WebhookReading:
    """Read a body; raises BadForm or ForeignBody for one that cannot be read at all."""
    tree = form.parse(message.body)
    webhook.check_account(tree, account.id, account.subdomain)
    reading = webhook.read(tree, ZoneInfo(account.crm_time_zone), message.received_at, types)
    if reading.malformed:
        log.warning("webhook_partly_read", account=account.id, reasons=reading.malformed[:5])
    return reading


def _wanted(readings: Sequence[WebhookReading]) -> set[tuple[str, int]]:
    """Return what the bodies ask to be read, as lists and ids."""
    wanted: set[tuple[str, int]] = set()
    for reading in readings:
        wanted |= {(PATHS[kind], number) for kind, number in reading.entities}
        wanted |= {(notes_path(kind), int(note)) for kind, note in reading.notes}
        wanted |= {("talks", number) for number in reading.talks}
    return wanted
