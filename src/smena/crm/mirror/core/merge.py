"""Which of two states of an entity the mirror keeps.

The rule of sources (docs/decisions/0004): a webhook is a claim. It never replaces a row that was
read from the API with the same or a later `updated_at`; an API row replaces everything not newer.
So any order of the same messages, followed by one read of the API, ends in the same state.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, TypeVar

from smena.crm.model.details import Filled
from smena.crm.model.entities import Company, Contact, EntityKind, Lead, Removed, Source, Task

Card = TypeVar("Card", Lead, Contact, Company, Task)


@dataclass(frozen=True, slots=True)
class Held(Generic[Card]):
    """What the mirror holds of an entity, and where it came from."""

    row: Card
    source: Source


@dataclass(frozen=True, slots=True)
class Binned:
    """The last that is known of an entity and the recycle bin."""

    at: datetime
    is_deleted: bool


Bin = Mapping[tuple[EntityKind, int], Binned]
Fields = tuple[Filled, ...] | None
Complete = Callable[[Card, Card, Source], Card]
"""(before, after, source of after) -> after, with what its message did not say."""


def changed_rows(
    told: Iterable[Card],
    source: Source,
    stored: Mapping[int, Held[Card]],
    bin_: Mapping[int, Binned],
    complete: Complete[Card],
) -> list[Card]:
    """Return the rows of a message that change the mirror, as they are to be stored."""
    found: list[Card] = []
    for row in newest(told):
        held = stored.get(row.id)
        if held is not None and not _may_replace(held, source, row.updated_at):
            continue
        full = complete(held.row, row, source) if held else row
        full = _placed(full, bin_.get(row.id))
        if held is None or held != Held(full, source):
            found.append(full)
    return found


def newest(rows: Iterable[Card]) -> list[Card]:
    """Keep one row for each entity of a message: the latest, the last of equals."""
    kept: dict[int, Card] = {}
    for row in rows:
        known = kept.get(row.id)
        if known is None or row.updated_at >= known.updated_at:
            kept[row.id] = row
    return list(kept.values())


def _may_replace(held: Held[Card], source: Source, updated_at: datetime) -> bool:
    if updated_at != held.row.updated_at:
        return updated_at > held.row.updated_at
    return source is Source.API or held.source is Source.WEBHOOK


def _placed(row: Card, binned: Binned | None) -> Card:
    """Put a row into the bin or out of it: its news counts unless the row changed after it."""
    if binned is None or row.updated_at > binned.at or row.is_deleted == binned.is_deleted:
        return row
    return replace(row, is_deleted=binned.is_deleted)


def changed_bin(removed: Sequence[Removed], stored: Bin) -> dict[tuple[EntityKind, int], Binned]:
    """Return what becomes known of the bin: later news replaces earlier.

    Of one second the return counts: what came back must have been removed before.
    """
    known: dict[tuple[EntityKind, int], Binned] = {}
    for item in removed:
        key = (item.kind, item.id)
        before = known.get(key) or stored.get(key)
        if before is None or (item.at, item.is_restored) > (before.at, not before.is_deleted):
            known[key] = Binned(item.at, not item.is_restored)
    return known


def complete_lead(before: Lead, after: Lead, source: Source) -> Lead:
    """Webhooks are silent about contacts, the company, the moment of closing, where it came from.

    What a claim does not say stays as it was.
    """
    full = replace(
        after,
        contacts=before.contacts if after.contacts is None else after.contacts,
        company=before.company if after.company is None else after.company,
        tags=before.tags if after.tags is None else after.tags,
        fields=_fields(before.fields, after.fields, source),
    )
    if source is Source.API:
        return full
    return replace(
        full,
        closed_at=before.closed_at if after.status == before.status else after.closed_at,
        loss_reason=before.loss_reason,
        came_from=before.came_from,
        labour_seconds=before.labour_seconds,
        next_task_at=before.next_task_at,
    )


def complete_contact(before: Contact, after: Contact, source: Source) -> Contact:
    """Keep the phones that a claim does not mention."""
    is_claim = source is Source.WEBHOOK
    return replace(
        after,
        company=before.company if after.company is None else after.company,
        phones=before.phones if is_claim and not after.phones else after.phones,
        emails=before.emails if is_claim and not after.emails else after.emails,
        tags=before.tags if after.tags is None else after.tags,
        fields=_fields(before.fields, after.fields, source),
    )


def complete_company(before: Company, after: Company, source: Source) -> Company:
    return replace(
        after,
        tags=before.tags if after.tags is None else after.tags,
        fields=_fields(before.fields, after.fields, source),
    )


def _fields(before: Fields, after: Fields, source: Source) -> Fields:
    """Replace the values that are said; a claim that is silent about a field leaves it alone."""
    if after is None:
        return before
    if source is Source.API or not before:
        return after
    known = {filled.field: filled for filled in before} | {f.field: f for f in after}
    return tuple(known[number] for number in sorted(known))


def complete_task(before: Task, after: Task, source: Source) -> Task:
    """Webhooks do not tell how long a task is planned to take."""
    if source is Source.API:
        return after
    return replace(after, duration_seconds=before.duration_seconds)
