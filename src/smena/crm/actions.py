"""What others may do with the mirror and the outbox; each works in the caller's transaction."""

from datetime import datetime, timedelta

from smena.crm.facts.store import log
from smena.crm.mirror import hear as hearing
from smena.crm.mirror import ingest as absorbing
from smena.crm.mirror.model import Ingested
from smena.crm.mirror.store import change_notifications, coverage, events, reference_data
from smena.crm.model.conversations import Conversations
from smena.crm.model.entities import Changes
from smena.crm.model.reference_data import ReferenceData
from smena.crm.outbox.store import commands
from smena.kernel.db import Tx

FACTS_KEPT = timedelta(days=90)
CHANGE_NOTIFICATIONS_KEPT = timedelta(hours=1)
COMMANDS_KEPT = timedelta(days=90)
WEEKS_AHEAD = 4


async def absorb(tx: Tx, changes: Changes, *, now: datetime) -> Ingested:
    """Take a message of the outside world into the mirror (see `smena.crm.mirror.ingest`)."""
    return await absorbing.absorb(tx, changes, now=now)


async def hear(tx: Tx, heard: Conversations) -> None:
    """Take notes, messages, talks and unsorted requests into the mirror (see `mirror.hear`)."""
    await hearing.hear(tx, heard)


async def learn(tx: Tx, directory: ReferenceData) -> None:
    """Take reference data into the mirror; what a whole list does not hold is marked as gone."""
    if not (directory.entries or directory.complete):
        return
    await log.lock_mirror(tx)
    await reference_data.keep(tx, directory.entries)
    for book in directory.complete:
        present = [one.id for one in directory.entries if (one.of, one.owner) == book]
        await reference_data.retire(tx, book, present)


async def complete_until(tx: Tx, kind: str, until: datetime) -> None:
    """Note up to which moment everything of this kind is in the mirror."""
    await coverage.complete_until(tx, kind, until)


async def trim(tx: Tx, now: datetime) -> None:
    """Forget what everybody has long read (system transaction)."""
    await log.trim(tx, now - FACTS_KEPT)
    await change_notifications.trim(tx, now - CHANGE_NOTIFICATIONS_KEPT)
    await commands.trim(tx, now - COMMANDS_KEPT)


async def make_room(tx: Tx, now: datetime) -> None:
    """Make the tables of the coming weeks ahead, so that no message has to (any transaction)."""
    await events.make_weeks_ahead(tx, now, WEEKS_AHEAD)
