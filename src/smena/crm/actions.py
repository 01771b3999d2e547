"""Upkeep of the mirror, its facts and its outbox; each verb works in the caller's transaction."""

from datetime import datetime, timedelta

from smena.crm.facts.store import log
from smena.crm.mirror.store import change_notifications, coverage, events
from smena.crm.outbox.store import commands
from smena.kernel.db import Tx

FACTS_KEPT = timedelta(days=90)
CHANGE_NOTIFICATIONS_KEPT = timedelta(hours=1)
COMMANDS_KEPT = timedelta(days=90)
WEEKS_AHEAD = 4


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
