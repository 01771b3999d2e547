"""Words of a person's day: families of events, zones of a lane, its pieces and totals.

All times are whole epoch seconds: a panel of 500 people does not fit its budget with datetimes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, IntEnum, StrEnum
from types import MappingProxyType
from typing import NamedTuple

from smena.kernel.timespan import Span


class Family(StrEnum):
    """What an event is about (activity.md section 1, event catalogue)."""

    CALL = "call"
    SENT = "sent"
    RECEIVED = "received"
    TASK_REPORT = "task_report"
    TASK_CONTROL = "task_control"
    LEAD = "lead"
    CARD = "card"
    FIELD = "field"
    LINK = "link"
    NOTE = "note"
    VIDEO = "video"
    SYSTEM = "system"
    OTHER = "other"


class Zone(IntEnum):
    """The state of a moment, weakest first: the strongest one names a mixed minute."""

    OUTSIDE = 0
    FUTURE = 1
    IDLE = 2
    PENDING = 3
    WORK = 4
    CALL = 5

    @property
    def letter(self) -> str:
        return "ofipac"[self]


Point = tuple[int, int]
"""A saved change `(at, credit)`: the `credit` seconds before it are the work behind it (R2)."""


@dataclass(frozen=True, slots=True)
class Acts:
    """What one person did in a business day so far, calls apart.

    `points` draw the lane; a mass action has one point but counts all its `events` (R11).
    """

    points: Sequence[Point]
    events: int
    actions: int
    first: int | None
    last: int | None
    machine: int = 0
    received: int = 0


class CallSpan(NamedTuple):
    """A call; `seconds` None is unknown, which is not 0 (R3)."""

    start: int
    seconds: int | None
    is_incoming: bool = False

    @property
    def is_missed(self) -> bool:
        """Say whether nobody answered a client: not an action of the person (R12)."""
        return self.is_incoming and self.seconds == 0


@dataclass(frozen=True, slots=True)
class DayFrame:
    """The business day of one person: its edges, and the working spans inside (R14)."""

    start: int
    end: int
    shifts: tuple[Span, ...] = ()


class Piece(NamedTuple):
    """A part of a lane with one zone, wholly inside or wholly outside working time."""

    start: int
    end: int
    zone: Zone
    is_scheduled: bool


@dataclass(frozen=True, slots=True)
class Totals:
    """The day in numbers, all in seconds where not a count.

    Always: `in_work + idle + pending == elapsed`.
    """

    active: int
    in_work: int
    calls_union: int
    calls_sum: int
    calls_count: int
    calls_unknown: int
    missed: int
    idle: int
    longest_idle: int
    pending: int
    elapsed: int
    events: int
    actions: int
    first: int | None
    last: int | None
    late: int | None

    @property
    def out_of_work(self) -> int:
        return self.active - self.in_work

    @property
    def utilisation(self) -> float | None:
        """The share of the elapsed working time with something done; None before any passed."""
        return self.in_work / self.elapsed if self.elapsed else None


@dataclass(frozen=True, slots=True)
class Lane:
    """One person's day: the pieces that follow each other, marks of calls of unknown length."""

    frame: DayFrame
    pieces: tuple[Piece, ...]
    ticks: tuple[int, ...]
    totals: Totals


class EventKind(NamedTuple):
    """A type of events and the integration that made them, if one did."""

    type: str
    client: str | None = None


class Nature(Enum):
    """What an event counts as (R1, R12)."""

    ACTION = "action"
    """The person did something."""
    CALL = "call"
    """The log's line about a call: the call itself is counted from its note."""
    RECEIVED = "received"
    """A client did something."""
    MACHINE = "machine"
    """A robot or an integration did something."""


DEFAULT_CREDITS: Mapping[Family, int] = MappingProxyType(
    dict.fromkeys(
        (
            Family.SENT,
            Family.TASK_REPORT,
            Family.TASK_CONTROL,
            Family.LEAD,
            Family.CARD,
            Family.FIELD,
            Family.LINK,
            Family.NOTE,
            Family.VIDEO,
            Family.OTHER,
        ),
        60,
    )
)


@dataclass(frozen=True, slots=True)
class PanelSettings:
    """How a panel judges a day (activity.md section 1, Settings)."""

    name: str = ""
    gap_seconds: int = 600
    credits: Mapping[Family, int] = field(default_factory=lambda: DEFAULT_CREDITS)
    call_thresholds: tuple[int, int, int] = (30, 120, 900)
    day_start_minute: int = 0
    window_minutes: tuple[int, int] | None = None
    show_calls: bool = True
    idle_min_seconds: int = 60
    users: frozenset[int] | None = None
    """Whose days are shown; None is everybody."""
    robots: frozenset[int] = frozenset()
    """Users of the CRM who are service accounts."""
    clients: frozenset[str] = frozenset()
    """Integrations whose events are a person's own."""
