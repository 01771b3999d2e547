"""Lay confirmed changes over the mirror, so that their echo changes nothing."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from smena.accounts import queries as accounts
from smena.crm.facts.model import CommandDelivered, Fact
from smena.crm.facts.store import log
from smena.crm.mirror.core import confirm, derive_facts
from smena.crm.mirror.core.derive_facts import FactContext
from smena.crm.mirror.core.merge import Held
from smena.crm.mirror.store import cards, leads
from smena.crm.model.entities import Source
from smena.crm.outbox.actions import tell
from smena.crm.outbox.core.merge import by_entity
from smena.crm.outbox.model import CommandKind, CommandState, Delivered, Item, entity_of
from smena.crm.outbox.store import commands
from smena.kernel.db import Tx

Found = Mapping[int, Held[Any]]


async def delivered(tx: Tx, confirmed: Sequence[Delivered], now: datetime) -> None:
    """Note what the CRM confirmed, in the outbox and in the mirror: the echo changes nothing."""
    await log.lock_mirror(tx)
    ends = [(command.id, "", one.created) for one in confirmed for command in one.item.commands]
    done = await commands.finish(tx, ends, CommandState.DELIVERED, now)
    ours = {command.id for command in done}
    fresh = [one for one in confirmed if any(command.id in ours for command in one.item.commands)]
    changed = await mark(tx, fresh)
    told: list[Fact] = [
        CommandDelivered(command=command.id, cause=command.cause, created=command.created)
        for command in done
    ]
    await tell(tx, [*changed, *told], now)


async def mark(tx: Tx, confirmed: Iterable[Delivered]) -> list[Fact]:
    """Write what was confirmed into the rows it is about; return the facts that follow.

    A row that is newer already knows better. An entity that is not in the mirror comes by itself.
    """
    by_kind: dict[CommandKind, dict[int, tuple[Item, datetime]]] = {}
    for one in confirmed:
        kind, number = entity_of(one.item.change)
        if one.updated_at is not None:
            by_kind.setdefault(kind, {})[number] = (one.item, one.updated_at)
    account = await accounts.account(tx)
    ours = [
        command
        for group in by_kind.values()
        for item, _ in group.values()
        for command in item.commands
    ]
    frame = FactContext(account.active_since, by_entity(ours))
    facts: list[Fact] = []
    for kind, (find, keep, lay, derive) in _MIRRORED.items():
        told = by_kind.get(kind, {})
        stored = await find(tx, list(told)) if told else {}
        rows = [
            (held.row, lay(held.row, told[number][0].change, told[number][1]))
            for number, held in stored.items()
            if held.row.updated_at <= told[number][1]
        ]
        await keep(tx, [after for _, after in rows], Source.API)
        for before, after in rows:
            if before != after:
                facts += derive(before, after, frame)
    return facts


def _nothing(_before: object, _after: object, _frame: FactContext) -> list[Fact]:
    """Say nothing: there are no facts about contacts and companies."""
    return []


_Find = Callable[[Tx, Sequence[Any]], Awaitable[Found]]
_Keep = Callable[[Tx, Sequence[Any], Source], Awaitable[None]]
_Lay = Callable[[Any, Any, datetime], Any]
_Tell = Callable[[Any, Any, FactContext], list[Fact]]
_MIRRORED: Mapping[CommandKind, tuple[_Find, _Keep, _Lay, _Tell]] = {
    CommandKind.LEAD: (leads.find, leads.keep, confirm.lead, derive_facts.of_lead),
    CommandKind.TASK: (cards.find_tasks, cards.keep_tasks, confirm.task, derive_facts.of_task),
    CommandKind.CONTACT: (cards.find_contacts, cards.keep_contacts, confirm.contact, _nothing),
    CommandKind.COMPANY: (cards.find_companies, cards.keep_companies, confirm.company, _nothing),
}
