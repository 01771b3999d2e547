"""Which stretch of a list to read again, so that nothing is missed and little is read twice.

The cursor of a list is the latest moment seen in it, on amoCRM's own clock. Rows may appear late,
so every read starts before the cursor: a little each time, far back once a minute. After a long
silence the stretch is cut into pieces, so that each can be taken in and remembered.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from smena.connectors.amocrm.api.core.listing import Listing, Params, between, with_parts
from smena.connectors.amocrm.api.core.values import seconds_of
from smena.connectors.amocrm.translation import kinds

SHALLOW_SECONDS = 30
DEEP_SECONDS = 600
DEEP_EVERY = timedelta(seconds=60)
PIECE_SECONDS = 3600
SETTLED_SECONDS = 60


class Stream(StrEnum):
    """Lists that are read again and again."""

    EVENTS = "events"
    LEADS = "leads"
    CONTACTS = "contacts"
    COMPANIES = "companies"
    TASKS = "tasks"
    LEAD_NOTES = "leads/notes"
    CONTACT_NOTES = "contacts/notes"
    COMPANY_NOTES = "companies/notes"


NOTES = frozenset(Stream(notes.path) for notes in kinds.NOTES)
NOTES_EVERY = 12
"""Notes are named by events; their lists are read once in so many rounds, for late corrections."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the reading of a list stands; seconds of amoCRM's clock, moments of ours."""

    stream: Stream
    seen_seconds: int
    read_at: datetime | None = None
    deep_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """`[from_seconds, to_seconds]` of a list; without an end: up to now."""

    from_seconds: int
    to_seconds: int | None
    is_deep: bool


def is_due(cursor: Cursor, now: datetime, period: timedelta) -> bool:
    """Tell whether a list is worth a request again."""
    every = period * NOTES_EVERY if cursor.stream in NOTES else period
    return cursor.read_at is None or now - cursor.read_at >= every * 0.9


def window(cursor: Cursor, now: datetime, clock_offset: timedelta) -> Window:
    """Return what to read; `clock_offset` is amoCRM's clock minus ours."""
    is_deep = cursor.deep_at is None or now - cursor.deep_at >= DEEP_EVERY
    start = max(0, cursor.seen_seconds - (DEEP_SECONDS if is_deep else SHALLOW_SECONDS))
    end = cursor.seen_seconds + PIECE_SECONDS
    is_settled = end < seconds_of(now + clock_offset) - SETTLED_SECONDS
    return Window(start, end if is_settled and cursor.stream is Stream.EVENTS else None, is_deep)


def advance(
    cursor: Cursor, read: Window, latest_seconds: int | None, now: datetime, clock_offset: timedelta
) -> Cursor:
    """Return the cursor after a read that began at `now` and saw rows up to `latest_seconds`.

    A row from the future does not take the cursor there: what happens until then would be missed.
    """
    latest = read.to_seconds if read.to_seconds is not None else latest_seconds or 0
    seen = max(cursor.seen_seconds, min(latest, seconds_of(now + clock_offset)))
    return replace(
        cursor, seen_seconds=seen, read_at=now, deep_at=now if read.is_deep else cursor.deep_at
    )


def of_stream(stream: Stream, window: Window, events_max: int) -> Listing:
    """Return the list that a poll reads.

    Cards come newest first: where the filter by moment is not part of the customer's plan it is
    ignored (amocrm.md section 4.5), and the reader stops at the first row that is too old.
    """
    since: Params = (("filter[updated_at][from]", str(window.from_seconds)),)
    if stream is Stream.EVENTS:
        return Listing(
            "events", between("created_at", (window.from_seconds, window.to_seconds)), events_max
        )
    if stream in NOTES:
        return Listing(stream.value, since)
    if stream is Stream.TASKS:
        return Listing("tasks", since)
    newest_first = ("order[updated_at]", "desc")
    return Listing(stream.value, (*with_parts(stream.value), *since, newest_first))
