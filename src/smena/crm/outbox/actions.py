"""How wishes are asked for, taken, and how they end: each end is a fact for whoever asked."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from smena.crm.facts.model import Fact, WishCancelled, WishOvertaken, WishRefused
from smena.crm.facts.store import log
from smena.crm.model.entities import WishId
from smena.crm.outbox.core import merge as core
from smena.crm.outbox.model import AfterDry, Asked, Change, Item, Lane, WishFilter, WishState
from smena.crm.outbox.store import command_list, commands, settings
from smena.crm.outbox.store import settings as outbox
from smena.kernel.db import Tx
from smena.kernel.jobs import registry

STALE = timedelta(days=1)
"""A wish that waited so long while sending was off is no longer sure to be wanted."""


async def request_all(tx: Tx, asked: Sequence[Asked], now: datetime) -> list[WishId]:
    """Ask the CRM for changes; an unsent wish gives way to a later one that says the same parts."""
    if not asked:
        return []
    if any(not core.parts(one.change) for one in asked):
        raise ValueError("a wish that changes nothing")
    await log.lock_mirror(tx)
    changes = [one.change for one in asked]
    planned, are_later = await commands.ask(tx, asked, now)
    if are_later or core.share_an_entity(changes):
        await _overtake(tx, changes, now)
    await registry.announce(tx, "crm.wishes")
    return planned


async def claim(tx: Tx, limit: int, now: datetime) -> list[Item]:
    """Take the next items of one kind: the intent is stored before anything leaves."""
    settings = await outbox.lock(tx)
    if settings.is_dry:
        return []
    return core.items(await commands.claim(tx, min(limit, settings.batch), now))


async def refused(tx: Tx, reasons: Mapping[WishId, str], now: datetime) -> None:
    """End wishes that the CRM will never fulfil; whoever asked learns the reason by a fact."""
    await log.lock_mirror(tx)
    ends = [(wish, reason, None) for wish, reason in reasons.items()]
    done = await commands.finish(tx, ends, WishState.REFUSED, now)
    told = [WishRefused(wish=wish.id, cause=wish.cause, reason=wish.error) for wish in done]
    await tell(tx, told, now)


async def again(
    tx: Tx, ids: Sequence[WishId], after: timedelta, reason: str, now: datetime
) -> None:
    """Put wishes back whose sending failed for a passing reason."""
    await log.lock_mirror(tx)
    back = await commands.again(tx, ids, now + after, reason, alone=False)
    await _overtake(tx, [wish.change for wish in back], now)


async def apart(tx: Tx, ids: Sequence[WishId], now: datetime) -> None:
    """Put wishes of a refused item back to go one by one: one of them is the culprit."""
    await log.lock_mirror(tx)
    back = await commands.again(tx, ids, now, "", alone=True)
    await _overtake(tx, [wish.change for wish in back], now)


async def cancel(tx: Tx, ids: Sequence[WishId], now: datetime) -> int:
    """Take back wishes that have not left; return how many."""
    await _hold(tx)
    ends = [(wish, "", None) for wish in ids]
    planned = (WishState.PLANNED,)
    done = await commands.finish(tx, ends, WishState.CANCELLED, now, from_states=planned)
    await tell(tx, [WishCancelled(wish=wish.id, cause=wish.cause) for wish in done], now)
    return len(done)


async def cancel_all(tx: Tx, wanted: WishFilter, now: datetime) -> int:
    """Take back all that have not left and match; return how many."""
    return await cancel(tx, await command_list.planned(tx, wanted), now)


async def retry(tx: Tx, ids: Sequence[WishId], now: datetime) -> int:
    """Wake those that rest; those that ended without effect are asked for anew, each once.

    A second press of the button finds the wish overtaken by the one that the first press asked for.
    """
    await _hold(tx)
    woken = await commands.hurry(tx, ids, now)
    failed = (WishState.REFUSED, WishState.CANCELLED)
    ends = [(wish.id, wish.error, None) for wish in await command_list.by_id(tx, ids)]
    ended = await commands.finish(tx, ends, WishState.OVERTAKEN, now, from_states=failed)
    await request_all(tx, [Asked(wish.change, wish.cause, wish.lane) for wish in ended], now)
    await registry.announce(tx, "crm.wishes")
    return woken + len(ended)


async def stop_sending(tx: Tx, now: datetime) -> None:
    """Only watch from now on: wishes are planned and shown, and never sent."""
    settings = await outbox.lock(tx)
    if not settings.is_dry:
        await outbox.set_dry(tx, now)


async def go_on_sending(tx: Tx, after: AfterDry, now: datetime) -> int:
    """Send again; return how many of the waiting wishes were cancelled."""
    await _hold(tx)
    older = now - STALE if after is AfterDry.SEND_RECENT else None
    dropped = 0
    if after is not AfterDry.SEND_ALL:
        dropped = await cancel(tx, await command_list.planned(tx, WishFilter(), older), now)
    await outbox.set_dry(tx, None)
    await registry.announce(tx, "crm.wishes")
    return dropped


async def _hold(tx: Tx) -> None:
    """Keep writers and couriers away, always in this order.

    A claim locks wishes without the mirror's lock, so many wishes may only be locked beside it.
    """
    await log.lock_mirror(tx)
    await outbox.lock(tx)


async def _overtake(tx: Tx, changes: Sequence[Change], now: datetime) -> None:
    """End what later wishes have made pointless, among all planned ones of the same entities."""
    gone = core.overtaken(await commands.planned_of(tx, changes))
    if not gone:
        return
    ends = [(wish.id, wish.error, None) for wish in gone]
    planned = (WishState.PLANNED,)
    done = await commands.finish(tx, ends, WishState.OVERTAKEN, now, from_states=planned)
    await tell(tx, [WishOvertaken(wish=wish.id, cause=wish.cause) for wish in done], now)


async def tell(tx: Tx, facts: Sequence[Fact], now: datetime) -> None:
    """Write facts and wake whoever reads them; the caller holds the mirror."""
    if facts:
        await log.write(tx, facts, now)
        await registry.announce(tx, "crm.facts")


async def request(tx: Tx, change: Change, *, cause: str, lane: Lane, now: datetime) -> WishId:
    """Ask the CRM for one change (see `request_all`)."""
    return (await request_all(tx, [Asked(change, cause, lane)], now))[0]


async def set_batch(tx: Tx, batch: int) -> None:
    """Set how many entities one request may carry, 1 to 250."""
    await settings.lock(tx)
    await settings.set_batch(tx, batch)
