"""Which state of a note, a message, a talk, an unsorted request the mirror keeps.

The rule of sources is that of cards (docs/decisions/0004): a claim never replaces what was read.
Of a message nothing ever changes, but each source knows a part of it: the log knows when and who,
a webhook knows the text; so parts are joined, and where both know the read one counts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from smena.crm.model.conversations import (
    Message,
    MessageId,
    Note,
    Talk,
    Unsorted,
    UnsortedId,
    UnsortedState,
)
from smena.crm.model.entities import Lead, LeadId, Source

JUST_NOW = timedelta(seconds=5)
Row = TypeVar("Row", Note, Message, Talk)
Changing = TypeVar("Changing", Note, Talk)


@dataclass(frozen=True, slots=True)
class Known(Generic[Row]):
    """What the mirror holds, and where it came from."""

    row: Row
    source: Source


def latest(
    told: Iterable[Changing], source: Source, stored: Mapping[int, Known[Changing]]
) -> list[Changing]:
    """Return the rows that change the mirror: later ones replace earlier ones."""
    found: dict[int, Changing] = {}
    for row in told:
        held = stored.get(row.id)
        if held is not None and not _may_replace(held, source, row.updated_at):
            continue
        there = found.get(row.id)
        if there is None or there.updated_at <= row.updated_at:
            found[row.id] = row
    return [
        row
        for number, row in found.items()
        if number not in stored or stored[number] != Known(row, source)
    ]


def _may_replace(held: Known[Changing], source: Source, updated_at: datetime) -> bool:
    if updated_at != held.row.updated_at:
        return updated_at > held.row.updated_at
    return source is Source.API or held.source is Source.WEBHOOK


def said(
    told: Iterable[Message], source: Source, stored: Mapping[MessageId, Known[Message]]
) -> list[Known[Message]]:
    """Return the messages that become better known, joined with what was known of them."""
    found: dict[MessageId, Known[Message]] = {}
    for message in told:
        held = found.get(message.id) or stored.get(message.id)
        if held is None:
            found[message.id] = Known(message, source)
            continue
        is_read = Source.API in (source, held.source)
        joined = _joined(held, Known(message, source))
        full = Known(joined, Source.API if is_read else Source.WEBHOOK)
        if full != held:
            found[message.id] = full
    return list(found.values())


def _joined(one: Known[Message], two: Known[Message]) -> Message:
    """Take each part from the reading where it knows it, else from the claim."""
    first, second = (two, one) if two.source is Source.API else (one, two)
    sure, other = first.row, second.row
    return Message(
        id=sure.id,
        way=sure.way,
        at=sure.at,
        author=sure.author or other.author,
        talk=sure.talk or other.talk,
        chat=sure.chat or other.chat,
        contact=sure.contact or other.contact,
        entity_kind=sure.entity_kind or other.entity_kind,
        entity_id=sure.entity_id or other.entity_id,
        origin=sure.origin or other.origin,
        text=sure.text or other.text,
    )


def sorting(
    told: Iterable[Unsorted], stored: Mapping[UnsortedId, Unsorted]
) -> dict[UnsortedId, Unsorted]:
    """Return the requests that change: what was accepted or declined stays so."""
    found: dict[UnsortedId, Unsorted] = {}
    for one in told:
        held = found.get(one.id) or stored.get(one.id)
        full = one if held is None else _filled(held, one)
        if full != held:
            found[one.id] = full
    return found


def _filled(held: Unsorted, told: Unsorted) -> Unsorted:
    decided = (UnsortedState.ACCEPTED, UnsortedState.DECLINED)
    state = held if held.state in decided and not held.is_guess else told
    return Unsorted(
        id=held.id,
        category=told.category or held.category,
        pipeline=told.pipeline or held.pipeline,
        lead=told.lead or held.lead,
        contacts=told.contacts or held.contacts,
        origin=told.origin or held.origin,
        created_at=min(held.created_at, told.created_at),
        state=state.state,
        closed_at=state.closed_at,
        is_guess=state.is_guess,
    )


def vanished(
    still_open: Iterable[Unsorted],
    present: frozenset[UnsortedId],
    leads: Mapping[LeadId, Lead],
    read_at: datetime,
) -> list[Unsorted]:
    """Close what the whole list of open requests, read at that moment, no longer holds.

    A guess: who was accepted during the walk moved a neighbour past the page, so the next reading
    may open a request again. What came in just now may be younger than the list.
    """
    return [
        replace(
            one,
            state=_fate(leads.get(one.lead) if one.lead else None),
            closed_at=read_at,
            is_guess=True,
        )
        for one in still_open
        if one.id not in present and one.created_at < read_at - JUST_NOW
    ]


def _fate(lead: Lead | None) -> UnsortedState:
    """Tell by its lead what became of a request: declining throws the lead away."""
    if lead is None:
        return UnsortedState.GONE
    return UnsortedState.DECLINED if lead.is_deleted else UnsortedState.ACCEPTED
