"""How commands are asked for, taken, and how they end: each end is a fact for whoever asked."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from smena.crm.facts.model import CommandCancelled, CommandRefused, CommandSuperseded, Fact
from smena.crm.facts.store import log
from smena.crm.model.entities import CommandId
from smena.crm.outbox.core import merge as core
from smena.crm.outbox.model import (
    AfterDry,
    Change,
    CommandFilter,
    CommandState,
    Item,
    NewCommand,
    Priority,
)
from smena.crm.outbox.store import command_list, commands, settings
from smena.crm.outbox.store import settings as outbox
from smena.kernel.db import Tx
from smena.kernel.jobs.enqueue import publish

STALE = timedelta(days=1)
"""A command that waited so long while sending was off is no longer sure to be wanted."""


async def request_all(tx: Tx, asked: Sequence[NewCommand], now: datetime) -> list[CommandId]:
    """Ask the CRM for changes.

    An unsent command gives way to a later one that says the same parts. Raises ValueError for a
    command that changes nothing.
    """
    if not asked:
        return []
    if any(not core.parts(one.change) for one in asked):
        raise ValueError("a command that changes nothing")
    await log.lock_mirror(tx)
    changes = [one.change for one in asked]
    planned, are_later = await commands.add(tx, asked, now)
    if are_later or core.share_an_entity(changes):
        await _supersede(tx, changes, now)
    await publish(tx, "crm.commands")
    return planned


async def claim(tx: Tx, limit: int, now: datetime) -> list[Item]:
    """Take the next items of one kind: the intent is stored before anything leaves."""
    settings = await outbox.lock(tx)
    if settings.is_dry:
        return []
    return core.items(await commands.claim(tx, min(limit, settings.batch), now))


async def refused(tx: Tx, reasons: Mapping[CommandId, str], now: datetime) -> None:
    """End commands that the CRM will never fulfil; whoever asked learns the reason by a fact."""
    await log.lock_mirror(tx)
    ends = [(command, reason, None) for command, reason in reasons.items()]
    done = await commands.finish(tx, ends, CommandState.REFUSED, now)
    told = [
        CommandRefused(command=command.id, cause=command.cause, reason=command.error)
        for command in done
    ]
    await tell(tx, told, now)


async def reschedule(
    tx: Tx, ids: Sequence[CommandId], after: timedelta, reason: str, now: datetime
) -> None:
    """Put commands back whose sending failed for a passing reason."""
    await log.lock_mirror(tx)
    back = await commands.reschedule(tx, ids, now + after, reason, alone=False)
    await _supersede(tx, [command.change for command in back], now)


async def split(tx: Tx, ids: Sequence[CommandId], now: datetime) -> None:
    """Put commands of a refused item back to go one by one: one of them is the culprit."""
    await log.lock_mirror(tx)
    back = await commands.reschedule(tx, ids, now, "", alone=True)
    await _supersede(tx, [command.change for command in back], now)


async def cancel(tx: Tx, ids: Sequence[CommandId], now: datetime) -> int:
    """Take back commands that have not left; return how many."""
    await _hold(tx)
    ends = [(command, "", None) for command in ids]
    planned = (CommandState.PLANNED,)
    done = await commands.finish(tx, ends, CommandState.CANCELLED, now, from_states=planned)
    await tell(
        tx, [CommandCancelled(command=command.id, cause=command.cause) for command in done], now
    )
    return len(done)


async def cancel_all(tx: Tx, wanted: CommandFilter, now: datetime) -> int:
    """Take back all that have not left and match; return how many."""
    return await cancel(tx, await command_list.planned(tx, wanted), now)


async def retry(tx: Tx, ids: Sequence[CommandId], now: datetime) -> int:
    """Wake those that rest; those that ended without effect are asked for anew, each once.

    A second press of the button finds the command superseded by the one that the first press asked
    for.
    """
    await _hold(tx)
    woken = await commands.hurry(tx, ids, now)
    failed = (CommandState.REFUSED, CommandState.CANCELLED)
    ends = [(command.id, command.error, None) for command in await command_list.by_id(tx, ids)]
    ended = await commands.finish(tx, ends, CommandState.SUPERSEDED, now, from_states=failed)
    await request_all(
        tx, [NewCommand(command.change, command.cause, command.priority) for command in ended], now
    )
    await publish(tx, "crm.commands")
    return woken + len(ended)


async def stop_sending(tx: Tx, now: datetime) -> None:
    """Only watch from now on: commands are planned and shown, and never sent."""
    settings = await outbox.lock(tx)
    if not settings.is_dry:
        await outbox.set_dry(tx, now)


async def go_on_sending(tx: Tx, after: AfterDry, now: datetime) -> int:
    """Send again; return how many of the waiting commands were cancelled."""
    await _hold(tx)
    older = now - STALE if after is AfterDry.SEND_RECENT else None
    dropped = 0
    if after is not AfterDry.SEND_ALL:
        dropped = await cancel(tx, await command_list.planned(tx, CommandFilter(), older), now)
    await outbox.set_dry(tx, None)
    await publish(tx, "crm.commands")
    return dropped


async def _hold(tx: Tx) -> None:
    """Keep writers and dispatchers away, always in this order.

    A claim locks commands without the mirror's lock, so many commands may only be locked beside it.
    """
    await log.lock_mirror(tx)
    await outbox.lock(tx)


async def _supersede(tx: Tx, changes: Sequence[Change], now: datetime) -> None:
    """End what later commands have made pointless, among all planned ones of the same entities."""
    gone = core.superseded(await commands.planned_of(tx, changes))
    if not gone:
        return
    ends = [(command.id, command.error, None) for command in gone]
    planned = (CommandState.PLANNED,)
    done = await commands.finish(tx, ends, CommandState.SUPERSEDED, now, from_states=planned)
    await tell(
        tx, [CommandSuperseded(command=command.id, cause=command.cause) for command in done], now
    )


async def tell(tx: Tx, facts: Sequence[Fact], now: datetime) -> None:
    """Write facts and wake whoever reads them; the caller holds the mirror."""
    if facts:
        await log.write(tx, facts, now)
        await publish(tx, "crm.facts")


async def request(
    tx: Tx, change: Change, *, cause: str, priority: Priority, now: datetime
) -> CommandId:
    """Ask the CRM for one change (see `request_all`)."""
    return (await request_all(tx, [NewCommand(change, cause, priority)], now))[0]


async def set_batch(tx: Tx, batch: int) -> None:
    """Set how many entities one request may carry, 1 to 250."""
    await settings.lock(tx)
    await settings.set_batch(tx, batch)
