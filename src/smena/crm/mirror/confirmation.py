"""Lay confirmed changes over the mirror, so that their echo changes nothing."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from smena.accounts import queries as accounts
from smena.crm.facts.model import CommandDelivered, Fact
from smena.crm.facts.store import log
from smena.crm.mirror.card_kinds import CARD_KINDS
from smena.crm.mirror.core.derive_facts import FactContext
from smena.crm.model.entities import Source
from smena.crm.outbox.actions import tell
from smena.crm.outbox.core.merge import by_entity
from smena.crm.outbox.model import CommandKind, CommandState, Delivered, Item, entity_of
from smena.crm.outbox.store import commands
from smena.kernel.db import Tx


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
    context = FactContext(account.active_since, by_entity(ours))
    facts: list[Fact] = []
    for card in CARD_KINDS:
        told = by_kind.get(card.command, {})
        stored = await card.find(tx, list(told)) if told else {}
        rows = [
            (held.row, card.confirm(held.row, told[number][0].change, told[number][1]))
            for number, held in stored.items()
            if held.row.updated_at <= told[number][1]
        ]
        await card.keep(tx, [after for _, after in rows], Source.API)
        for before, after in rows:
            if before != after:
                facts += card.facts(before, after, context)
    return facts
