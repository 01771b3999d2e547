"""Lay confirmed changes over the mirror, so that their echo changes nothing."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from smena.accounts import queries as accounts
from smena.crm.core import confirm, news
from smena.crm.core.merge import Held
from smena.crm.core.news import Frame
from smena.crm.core.wish import by_entity
from smena.crm.facts import Fact
from smena.crm.model import Source
from smena.crm.outbox import Delivered, Item, WishKind, entity_of
from smena.crm.store import cards, leads
from smena.kernel.db import Tx

Found = Mapping[int, Held[Any]]


async def mark(tx: Tx, confirmed: Iterable[Delivered]) -> list[Fact]:
    """Write what was confirmed into the rows it is about; return the facts that follow.

    A row that is newer already knows better. An entity that is not in the mirror comes by itself.
    """
    by_kind: dict[WishKind, dict[int, tuple[Item, datetime]]] = {}
    for one in confirmed:
        kind, number = entity_of(one.item.change)
        if one.updated_at is not None:
            by_kind.setdefault(kind, {})[number] = (one.item, one.updated_at)
    account = await accounts.account(tx)
    ours = [
        wish for group in by_kind.values() for item, _ in group.values() for wish in item.wishes
    ]
    frame = Frame(account.active_since, by_entity(ours))
    facts: list[Fact] = []
    for kind, (find, keep, lay, tell) in _MIRRORED.items():
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
                facts += tell(before, after, frame)
    return facts


def _nothing(_before: object, _after: object, _frame: Frame) -> list[Fact]:
    """Say nothing: there are no facts about contacts and companies."""
    return []


_Find = Callable[[Tx, Sequence[Any]], Awaitable[Found]]
_Keep = Callable[[Tx, Sequence[Any], Source], Awaitable[None]]
_Lay = Callable[[Any, Any, datetime], Any]
_Tell = Callable[[Any, Any, Frame], list[Fact]]
_MIRRORED: Mapping[WishKind, tuple[_Find, _Keep, _Lay, _Tell]] = {
    WishKind.LEAD: (leads.find, leads.keep, confirm.lead, news.of_lead),
    WishKind.TASK: (cards.find_tasks, cards.keep_tasks, confirm.task, news.of_task),
    WishKind.CONTACT: (cards.find_contacts, cards.keep_contacts, confirm.contact, _nothing),
    WishKind.COMPANY: (cards.find_companies, cards.keep_companies, confirm.company, _nothing),
}
