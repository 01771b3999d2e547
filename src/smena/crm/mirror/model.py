"""What the doors of the mirror answer: days folded into numbers, change notifications, counts.

A stretch of many people's time comes as parallel lists of whole numbers, one entry per event: 500
people with 300 events each fit into a page's budget only without an object per event.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from smena.crm.model.entities import Source, UserId


@dataclass(frozen=True, slots=True)
class ChangeNotification:
    """One message changed the days of these people between two moments; for live screens."""

    id: int
    users: frozenset[UserId]
    from_at: datetime
    to_at: datetime


@dataclass(frozen=True, slots=True)
class Ingested:
    """What a message changed: numbers for logs and progress."""

    facts: int = 0
    new_events: int = 0
    touched: frozenset[UserId] = frozenset()


@dataclass(frozen=True, slots=True)
class EventsOf:
    """One author's events: epoch seconds, type numbers, client numbers (0: none), same length.

    No clients at all: only people acted.
    """

    moments: list[int]
    types: list[int]
    clients: list[int]


@dataclass(frozen=True, slots=True)
class CallsOf:
    """One person's calls: epoch seconds of the start, seconds (-1: unknown), whether incoming."""

    starts: list[int]
    durations: list[int]
    incoming: list[bool]


@dataclass(frozen=True, slots=True)
class EventLine:
    """One event as a detail of a day."""

    at: datetime
    type: str
    entity_kind: str
    entity_id: int


class ComparedKind(StrEnum):
    """Kinds of rows that can be compared with the CRM one by one."""

    LEAD = "lead"
    CONTACT = "contact"
    COMPANY = "company"
    TASK = "task"
    TALK = "talk"
    LEAD_NOTE = "lead_note"
    CONTACT_NOTE = "contact_note"
    COMPANY_NOTE = "company_note"


@dataclass(frozen=True, slots=True)
class NumberRange:
    """Rows numbered above `after` up to `until` (None: to the end), changed since a moment."""

    after: int
    until: int | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class RowMark:
    """What is held of a row, as short as it can be compared."""

    id: int
    changed_at: datetime
    is_deleted: bool = False
    source: Source = Source.API


@dataclass(frozen=True, slots=True)
class Contents:
    """All that a reading says of rows, and all that is held of them: a digest for each row."""

    told: Mapping[int | str, int]
    held: Mapping[int | str, int]

    @property
    def differing(self) -> frozenset[int | str]:
        """Return those held that say something else."""
        both = self.told.keys() & self.held.keys()
        return frozenset(key for key in both if self.told[key] != self.held[key])

    @property
    def lacking(self) -> frozenset[int | str]:
        """Return those told of which a part is not held."""
        return frozenset(self.told.keys() - self.held.keys())


NO_CONTENTS = Contents({}, {})
