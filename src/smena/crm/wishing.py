"""How wishes are asked for, taken, and how they end: each end is a fact for whoever asked."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from smena.crm import confirming
from smena.crm.core import wish as core
from smena.crm.facts import Fact, WishCancelled, WishDelivered, WishOvertaken, WishRefused
from smena.crm.outbox import (
    AfterDry,
    Asked,
    Change,
    Delivered,
    Item,
    WishFilter,
    WishId,
    WishState,
)
from smena.crm.store import facts as log
from smena.crm.store import outbox, wish_list, wishes
from smena.kernel import jobs
from smena.kernel.db import Tx

STALE = timedelta(days=1)
"""A wish that waited so long while sending was off is no longer sure to be wanted."""


async def request_all(tx: Tx, asked: Sequence[Asked], now: datetime) -> list[WishId]:
    if not asked:
        return []
    if any(not core.parts(one.change) for one in asked):
        raise ValueError("a wish that changes nothing")
    await log.lock_mirror(tx)
    changes = [one.change for one in asked]
    planned, are_later = await wishes.ask(tx, asked, now)
    if are_later or core.share_an_entity(changes):
        await _overtake(tx, changes, now)
    await jobs.announce(tx, "crm.wishes")
    return planned


async def claim(tx: Tx, limit: int, now: datetime) -> list[Item]:
    settings = await outbox.lock(tx)
    if settings.is_dry:
        return []
    return core.items(await wishes.claim(tx, min(limit, settings.batch), now))


async def delivered(tx: Tx, confirmed: Sequence[Delivered], now: datetime) -> None:
    await log.lock_mirror(tx)
    ends = [(wish.id, "", one.created) for one in confirmed for wish in one.item.wishes]
    done = await wishes.finish(tx, ends, WishState.DELIVERED, now)
    ours = {wish.id for wish in done}
    fresh = [one for one in confirmed if any(wish.id in ours for wish in one.item.wishes)]
    changed = await confirming.mark(tx, fresh)
    told: list[Fact] = [
        WishDelivered(wish=wish.id, cause=wish.cause, created=wish.created) for wish in done
    ]
    await _tell(tx, [*changed, *told], now)


async def refused(tx: Tx, reasons: Mapping[WishId, str], now: datetime) -> None:
    await log.lock_mirror(tx)
    ends = [(wish, reason, None) for wish, reason in reasons.items()]
    done = await wishes.finish(tx, ends, WishState.REFUSED, now)
    told = [WishRefused(wish=wish.id, cause=wish.cause, reason=wish.error) for wish in done]
    await _tell(tx, told, now)


async def again(
    tx: Tx, ids: Sequence[WishId], after: timedelta, reason: str, now: datetime
) -> None:
    await log.lock_mirror(tx)
    back = await wishes.again(tx, ids, now + after, reason, alone=False)
    await _overtake(tx, [wish.change for wish in back], now)


async def apart(tx: Tx, ids: Sequence[WishId], now: datetime) -> None:
    await log.lock_mirror(tx)
    back = await wishes.again(tx, ids, now, "", alone=True)
    await _overtake(tx, [wish.change for wish in back], now)


async def cancel(tx: Tx, ids: Sequence[WishId], now: datetime) -> int:
    await _hold(tx)
    ends = [(wish, "", None) for wish in ids]
    planned = (WishState.PLANNED,)
    done = await wishes.finish(tx, ends, WishState.CANCELLED, now, from_states=planned)
    await _tell(tx, [WishCancelled(wish=wish.id, cause=wish.cause) for wish in done], now)
    return len(done)


async def cancel_all(tx: Tx, wanted: WishFilter, now: datetime) -> int:
    return await cancel(tx, await wish_list.planned(tx, wanted), now)


async def retry(tx: Tx, ids: Sequence[WishId], now: datetime) -> int:
    """Wake those that rest; those that ended without effect are asked for anew, each once.

    A second press of the button finds the wish overtaken by the one that the first press asked for.
    """
    await _hold(tx)
    woken = await wishes.hurry(tx, ids, now)
    failed = (WishState.REFUSED, WishState.CANCELLED)
    ends = [(wish.id, wish.error, None) for wish in await wish_list.by_id(tx, ids)]
    ended = await wishes.finish(tx, ends, WishState.OVERTAKEN, now, from_states=failed)
    await request_all(tx, [Asked(wish.change, wish.cause, wish.lane) for wish in ended], now)
    await jobs.announce(tx, "crm.wishes")
    return woken + len(ended)


async def stop_sending(tx: Tx, now: datetime) -> None:
    settings = await outbox.lock(tx)
    if not settings.is_dry:
        await outbox.set_dry(tx, now)


async def go_on_sending(tx: Tx, after: AfterDry, now: datetime) -> int:
    """Send again; return how many of the waiting wishes were cancelled."""
    await _hold(tx)
    older = now - STALE if after is AfterDry.SEND_RECENT else None
    dropped = 0
    if after is not AfterDry.SEND_ALL:
        dropped = await cancel(tx, await wish_list.planned(tx, WishFilter(), older), now)
    await outbox.set_dry(tx, None)
    await jobs.announce(tx, "crm.wishes")
    return dropped


async def _hold(tx: Tx) -> None:
    """Keep writers and couriers away, always in this order.

    A claim locks wishes without the mirror's lock, so many wishes may only be locked beside it.
    """
    await log.lock_mirror(tx)
    await outbox.lock(tx)


async def _overtake(tx: Tx, changes: Sequence[Change], now: datetime) -> None:
    """End what later wishes have made pointless, among all planned ones of the same entities."""
    gone = core.overtaken(await wishes.planned_of(tx, changes))
    if not gone:
        return
    ends = [(wish.id, wish.error, None) for wish in gone]
    planned = (WishState.PLANNED,)
    done = await wishes.finish(tx, ends, WishState.OVERTAKEN, now, from_states=planned)
    await _tell(tx, [WishOvertaken(wish=wish.id, cause=wish.cause) for wish in done], now)


async def _tell(tx: Tx, facts: Sequence[Fact], now: datetime) -> None:
    if facts:
        await log.write(tx, facts, now)
        await jobs.announce(tx, "crm.facts")
