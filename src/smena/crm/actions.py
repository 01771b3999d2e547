"""What others may do with the mirror and the outbox; each works in the caller's transaction."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from smena.crm import absorb as absorbing
from smena.crm import hear as hearing
from smena.crm import wishing
from smena.crm.answers import Absorbed, Marked
from smena.crm.dialogue import Heard
from smena.crm.directory import Directory
from smena.crm.model import Changes
from smena.crm.outbox import AfterDry, Asked, Change, Delivered, Item, Lane, WishFilter, WishId
from smena.crm.store import entries, events, marks, mirror, outbox, wishes
from smena.crm.store import facts as log
from smena.kernel.db import Tx

FACTS_KEPT = timedelta(days=90)
PULSES_KEPT = timedelta(hours=1)
WISHES_KEPT = timedelta(days=90)
WEEKS_AHEAD = 4


async def absorb(tx: Tx, changes: Changes, *, now: datetime) -> Absorbed:
    """Take a message of the outside world into the mirror (see `smena.crm.absorb`)."""
    return await absorbing.absorb(tx, changes, now=now)


async def hear(tx: Tx, heard: Heard) -> None:
    """Take notes, messages, talks and unsorted requests into the mirror (see `smena.crm.hear`)."""
    await hearing.hear(tx, heard)


async def learn(tx: Tx, directory: Directory) -> None:
    """Take short lists into the mirror; what a whole list does not hold is marked as gone."""
    if not (directory.entries or directory.complete):
        return
    await log.lock_mirror(tx)
    await entries.keep(tx, directory.entries)
    for book in directory.complete:
        present = [one.id for one in directory.entries if (one.of, one.owner) == book]
        await entries.retire(tx, book, present)


async def request(tx: Tx, change: Change, *, cause: str, lane: Lane, now: datetime) -> WishId:
    """Ask the CRM for one change (see `request_all`)."""
    return (await request_all(tx, [Asked(change, cause, lane)], now))[0]


async def request_all(tx: Tx, asked: Sequence[Asked], now: datetime) -> list[WishId]:
    """Ask the CRM for changes; an unsent wish gives way to a later one that says the same parts."""
    return await wishing.request_all(tx, asked, now)


async def claim(tx: Tx, limit: int, now: datetime) -> list[Item]:
    """Take the next items of one kind: the intent is stored before anything leaves."""
    return await wishing.claim(tx, limit, now)


async def delivered(tx: Tx, confirmed: Sequence[Delivered], now: datetime) -> None:
    """Note what the CRM confirmed, in the outbox and in the mirror: the echo changes nothing."""
    await wishing.delivered(tx, confirmed, now)


async def refused(tx: Tx, reasons: Mapping[WishId, str], now: datetime) -> None:
    """End wishes that the CRM will never fulfil; whoever asked learns the reason by a fact."""
    await wishing.refused(tx, reasons, now)


async def again(
    tx: Tx, ids: Sequence[WishId], after: timedelta, reason: str, now: datetime
) -> None:
    """Put wishes back whose sending failed for a passing reason."""
    await wishing.again(tx, ids, after, reason, now)


async def apart(tx: Tx, ids: Sequence[WishId], now: datetime) -> None:
    """Put wishes of a refused item back to go one by one: one of them is the culprit."""
    await wishing.apart(tx, ids, now)


async def cancel(tx: Tx, ids: Sequence[WishId], now: datetime) -> int:
    """Take back wishes that have not left; return how many."""
    return await wishing.cancel(tx, ids, now)


async def cancel_all(tx: Tx, wanted: WishFilter, now: datetime) -> int:
    """Take back all that have not left and match; return how many."""
    return await wishing.cancel_all(tx, wanted, now)


async def retry(tx: Tx, ids: Sequence[WishId], now: datetime) -> int:
    """Try wishes at once that rest, were refused or cancelled; return how many."""
    return await wishing.retry(tx, ids, now)


async def stop_sending(tx: Tx, now: datetime) -> None:
    """Only watch from now on: wishes are planned and shown, and never sent."""
    await wishing.stop_sending(tx, now)


async def go_on_sending(tx: Tx, after: AfterDry, now: datetime) -> int:
    """Send again; return how many waiting wishes were cancelled instead."""
    return await wishing.go_on_sending(tx, after, now)


async def set_batch(tx: Tx, batch: int) -> None:
    """Set how many entities one request may carry, 1 to 250."""
    await outbox.lock(tx)
    await outbox.set_batch(tx, batch)


async def complete_until(tx: Tx, kind: str, until: datetime) -> None:
    """Note up to which moment everything of this kind is in the mirror."""
    await mirror.complete_until(tx, kind, until)


async def mistrust(tx: Tx, of: Marked, ids: Collection[int]) -> None:
    """Believe nothing of these rows: the next read of the CRM takes their place, however old."""
    await log.lock_mirror(tx)
    await marks.mistrust(tx, of, ids)


async def trim(tx: Tx, now: datetime) -> None:
    """Forget facts, pulses and ended wishes that everybody has long read (system transaction)."""
    await log.trim(tx, now - FACTS_KEPT, now - PULSES_KEPT)
    await wishes.trim(tx, now - WISHES_KEPT)


async def make_room(tx: Tx, now: datetime) -> None:
    """Make the tables of the coming weeks ahead, so that no message has to (any transaction)."""
    await events.make_weeks_ahead(tx, now, WEEKS_AHEAD)
