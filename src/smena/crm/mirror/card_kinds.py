"""The kinds of cards: how each is found, kept, completed, laid over, and what its news are.

A new kind of card is a line here, a table, and its translation in a connector.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from smena.crm.facts.model import Fact
from smena.crm.mirror.core import confirm, derive_facts, merge
from smena.crm.mirror.core.derive_facts import FactContext
from smena.crm.mirror.core.merge import Held
from smena.crm.mirror.store import cards, leads
from smena.crm.model.entities import Changes, EntityKind, Source
from smena.crm.outbox.model import CommandKind
from smena.kernel.db import Tx


def _no_facts(_before: object, _after: object, _context: FactContext) -> list[Fact]:
    """Say nothing: there are no facts about contacts and companies."""
    return []


@dataclass(frozen=True, slots=True)
class CardKind:
    """One kind of card. Its rows are of one class, which the functions share."""

    kind: EntityKind
    command: CommandKind
    """What changes such a card in the CRM."""
    rows: Callable[[Changes], Sequence[Any]]
    find: Callable[[Tx, Iterable[Any]], Awaitable[Mapping[int, Held[Any]]]]
    keep: Callable[[Tx, Sequence[Any], Source], Awaitable[None]]
    complete: Callable[[Any, Any, Source], Any]
    """(before, after, source of after) -> after with what its message did not say."""
    confirm: Callable[[Any, Any, datetime], Any]
    """(row, change, moment) -> the row as the CRM has confirmed it."""
    facts: Callable[[Any, Any, FactContext], list[Fact]] = _no_facts


CARD_KINDS = (
    CardKind(
        EntityKind.LEAD,
        CommandKind.LEAD,
        lambda changes: changes.leads,
        leads.find,
        leads.keep,
        merge.complete_lead,
        confirm.lead,
        derive_facts.of_lead,
    ),
    CardKind(
        EntityKind.CONTACT,
        CommandKind.CONTACT,
        lambda changes: changes.contacts,
        cards.find_contacts,
        cards.keep_contacts,
        merge.complete_contact,
        confirm.contact,
    ),
    CardKind(
        EntityKind.COMPANY,
        CommandKind.COMPANY,
        lambda changes: changes.companies,
        cards.find_companies,
        cards.keep_companies,
        merge.complete_company,
        confirm.company,
    ),
    CardKind(
        EntityKind.TASK,
        CommandKind.TASK,
        lambda changes: changes.tasks,
        cards.find_tasks,
        cards.keep_tasks,
        merge.complete_task,
        confirm.task,
        derive_facts.of_task,
    ),
)
