"""A panel: the days of many people beside each other, before anything is put in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from smena.activity.model import CallSpan, Lane, PanelSettings, Zone
from smena.crm.model.entities import Group, User, UserId
from smena.staff.model import SpecialDay

_BUSY = (Zone.WORK, Zone.CALL, Zone.PENDING)


@dataclass(frozen=True, slots=True)
class PersonDay:
    """One person's day as the panel shows it."""

    user: User
    lane: Lane
    time_zone: str | None
    machine: int
    """Events that integrations made in this person's name."""
    drawn_at: int
    """The second up to which the lane is drawn: people of one panel may be read one by one."""
    special: SpecialDay | None = None
    """Why this person's usual week does not hold on this day."""

    @property
    def is_at_work(self) -> bool:
        """Say whether the last thing seen is work, or a pause not yet long."""
        begun = (piece for piece in reversed(self.lane.pieces) if piece.start < self.drawn_at)
        last = next(begun, None)
        return last is not None and last.zone in _BUSY and last.end >= self.drawn_at


@dataclass(frozen=True, slots=True)
class Panel:
    """Everybody's day. `change notification` is the last change of the mirror that it knows of."""

    day: date
    now: datetime
    zone: ZoneInfo
    settings: PanelSettings
    groups: Sequence[Group]
    people: Mapping[UserId, PersonDay]
    robots: int
    """Events of the day that the CRM's own robots made."""
    complete_until: datetime | None
    last_change: int
    special: SpecialDay | None = None
    """In what the date differs from a usual week, for those who follow the calendar."""

    @property
    def automatic(self) -> int:
        """All events of the day that count for nobody (R1)."""
        return self.robots + sum(person.machine for person in self.people.values())

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    @property
    def ends_at(self) -> int:
        """The second after which nothing moves by itself any more."""
        return max((person.lane.frame.end for person in self.people.values()), default=0)


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """Everything behind one person's lane: for hints and the list of its parts."""

    user: User
    lane: Lane
    talks: Sequence[CallSpan]
    events: Sequence[tuple[int, str]]
    """Moments and types of the person's own events, calls apart."""
    zone: ZoneInfo
    received: int
    machine: int
