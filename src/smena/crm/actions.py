"""What others may do with the mirror and the outbox; each works in the caller's transaction."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from smena.crm import absorb as absorbing
from smena.crm.answers import Absorbed, Marked
from smena.crm.core import wish as wishing
from smena.crm.directory import Directory
from smena.crm.facts import Fact, ResponsibleChanged, WishDelivered, WishOvertaken, WishRefused
from smena.crm.model import Changes, LeadId, UserId
from smena.crm.outbox import Asked, ChangeResponsible, Delivered, Lane, Wish, WishId, WishState
from smena.crm.store import entries, events, marks, mirror, wishes
from smena.crm.store import facts as log
from smena.kernel import jobs
from smena.kernel.db import Tx

FACTS_KEPT = timedelta(days=90)
PULSES_KEPT = timedelta(hours=1)
WISHES_KEPT = timedelta(days=90)
WEEKS_AHEAD = 4


async def absorb(tx: Tx, changes: Changes, *, now: datetime) -> Absorbed:
    """Take a message of the outside world into the mirror (see `smena.crm.absorb`)."""
    return await absorbing.absorb(tx, changes, now=now)


async def learn(tx: Tx, directory: Directory) -> None:
    """Take short lists into the mirror; what a whole list does not hold is marked as gone."""
    await entries.keep(tx, directory.entries)
    for book in directory.complete:
        present = [one.id for one in directory.entries if (one.of, one.owner) == book]
        await entries.retire(tx, book, present)


async def request(
    tx: Tx, change: ChangeResponsible, *, cause: str, lane: Lane, now: datetime
) -> WishId:
    """Ask the CRM for one change (see `request_all`)."""
    return (await request_all(tx, [Asked(change, cause, lane)], now))[0]


async def request_all(tx: Tx, asked: Sequence[Asked], now: datetime) -> list[WishId]:
    """Ask the CRM for changes; a wish for the same lead that was not sent yet gives way."""
    if not asked:
        return []
    await log.lock_mirror(tx)
    planned: list[WishId] = []
    for batch in wishing.apart(asked):
        added, overtaken = await wishes.ask(tx, batch, now)
        await _tell(tx, [WishOvertaken(wish=wish, cause=of) for wish, of in overtaken], now)
        planned += [added[one.change.lead] for one in batch]
    await jobs.announce(tx, "crm.wishes")
    return planned


async def claim(tx: Tx, limit: int, now: datetime) -> list[Wish]:
    """Take the next wishes to send: the intent is stored before anything leaves."""
    return await wishes.claim(tx, limit, now)


async def delivered(tx: Tx, confirmed: Sequence[Delivered], now: datetime) -> None:
    """Note what the CRM confirmed, in the outbox and in the mirror: the echo changes nothing."""
    await log.lock_mirror(tx)
    moments = {item.wish: item.updated_at for item in confirmed}
    done = await wishes.finish(tx, list(moments), WishState.DELIVERED, "", now)
    marked = await wishes.mark_leads(
        tx,
        [row.lead_id for row in done],
        [row.user_id for row in done],
        [moments[row.id] for row in done],
    )
    by_lead = {row.lead_id: WishId(row.id) for row in done}
    changed: list[Fact] = [
        ResponsibleChanged(
            lead=LeadId(row.id),
            before=None if row.before is None else UserId(row.before),
            after=UserId(row.after),
            by_wish=by_lead[row.id],
        )
        for row in marked
        if row.before != row.after
    ]
    told: list[Fact] = [WishDelivered(wish=WishId(row.id), cause=row.cause) for row in done]
    await _tell(tx, changed + told, now)


async def refused(tx: Tx, wish: WishId, reason: str, now: datetime) -> None:
    """End a wish that the CRM will never fulfil; whoever asked learns the reason by a fact."""
    await log.lock_mirror(tx)
    done = await wishes.finish(tx, [wish], WishState.REFUSED, reason, now)
    await _tell(
        tx, [WishRefused(wish=WishId(row.id), cause=row.cause, reason=reason) for row in done], now
    )


async def again(
    tx: Tx, ids: Sequence[WishId], after: timedelta, reason: str, now: datetime
) -> None:
    """Put wishes back whose sending failed for a passing reason."""
    await log.lock_mirror(tx)
    rows = await wishes.again(tx, ids, now + after, reason, now)
    gone = [row for row in rows if row.state == WishState.OVERTAKEN]
    await _tell(tx, [WishOvertaken(wish=WishId(row.id), cause=row.cause) for row in gone], now)


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


async def _tell(tx: Tx, facts: Sequence[Fact], now: datetime) -> None:
    if facts:
        await log.write(tx, facts, now)
        await jobs.announce(tx, "crm.facts")
