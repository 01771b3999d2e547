"""What a reading of the CRM says of rows beside what is held of them, beyond numbers and moments.

Each side becomes one digest a row. What a reading does not say counts as held: whether a row
agrees is whether taking the reading in would change it. Two things are left out. Who talked: it
was decided when the note was read first, and people get other names since. The next task of a
lead: the CRM derives it, without a new moment of change, from tasks that are compared themselves.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from hashlib import blake2b

import msgspec

from smena.crm.mirror.core import conversations
from smena.crm.mirror.core.conversations import Known
from smena.crm.mirror.core.merge import Card, Complete, Held
from smena.crm.mirror.model import Contents
from smena.crm.model.conversations import Note, Talk, Unsorted, UnsortedId
from smena.crm.model.details import Filled, Scalar, Tag
from smena.crm.model.entities import Call, Company, Contact, Lead, Source, Task, UserId

NOBODY = UserId(0)


def of_cards(
    told: Iterable[Card], stored: Mapping[int, Held[Card]], complete: Complete[Card]
) -> Contents:
    """Compare cards; the reading is completed from the row, as the mirror would complete it."""
    said: dict[int | str, int] = {}
    for row in told:
        held = stored.get(row.id)
        full = row if held is None else complete(held.row, row, Source.API)
        said[int(row.id)] = digest(plain(full))
    return Contents(said, {number: digest(plain(held.row)) for number, held in stored.items()})


def of_notes(
    notes: Iterable[Note],
    calls: Iterable[Call],
    stored: Mapping[int, Known[Note]],
    stored_calls: Mapping[int, Call],
) -> Contents:
    """Compare notes together with their calls: a note whose call is not held is not held."""
    told_calls = {int(call.note): call for call in calls}
    said: dict[int | str, int] = {}
    held: dict[int | str, int] = {}
    for note in notes:
        call, known = told_calls.get(note.id), stored.get(note.id)
        said[int(note.id)] = digest((note, _talk_itself(call)))
        held_call = stored_calls.get(note.id)
        if known is not None and (call is None or held_call is not None):
            held[int(note.id)] = digest((known.row, _talk_itself(held_call)))
    return Contents(said, held)


def of_talks(talks: Iterable[Talk], stored: Mapping[int, Known[Talk]]) -> Contents:
    return Contents(
        {int(talk.id): digest(talk) for talk in talks},
        {number: digest(known.row) for number, known in stored.items()},
    )


def of_unsorted(requests: Iterable[Unsorted], stored: Mapping[UnsortedId, Unsorted]) -> Contents:
    """Compare open requests; what was accepted or declined by somebody's word stays so."""
    told = list(requests)
    changes = conversations.sorting(told, stored)
    return Contents(
        {str(one.id): digest(changes.get(one.id) or stored[one.id]) for one in told},
        {str(number): digest(one) for number, one in stored.items()},
    )


def plain(card: Lead | Contact | Company | Task) -> Lead | Contact | Company | Task:
    """Return a card in one form: no company is none, tags by number, whole numbers whole."""
    match card:
        case Lead():
            company = card.company or None
            return replace(
                card,
                company=company,
                tags=_tags(card),
                fields=_fields(card.fields),
                next_task_at=None,
            )
        case Contact():
            company = card.company or None
            return replace(card, company=company, tags=_tags(card), fields=_fields(card.fields))
        case Company():
            return replace(card, tags=_tags(card), fields=_fields(card.fields))
        case Task():
            return card


def digest(row: object) -> int:
    """Return one number for all that a row says."""
    text = msgspec.json.encode(row, order="deterministic")
    return int.from_bytes(blake2b(text, digest_size=8).digest())


def _talk_itself(call: Call | None) -> Call | None:
    return None if call is None else replace(call, user=NOBODY)


def _tags(card: Lead | Contact | Company) -> tuple[Tag, ...]:
    return tuple(sorted(card.tags or (), key=lambda tag: tag.id))


def _fields(fields: Iterable[Filled] | None) -> tuple[Filled, ...]:
    return tuple(
        replace(
            filled,
            values=tuple(replace(one, value=_scalar(one.value)) for one in filled.values),
        )
        for filled in sorted(fields or (), key=lambda filled: filled.field)
    )


def _scalar(value: Scalar) -> Scalar:
    return int(value) if isinstance(value, float) and value.is_integer() else value
