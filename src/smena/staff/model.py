"""Words of working time: a period, a week of them, a date that differs, the shift they make."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from smena.crm.model.entities import UserId

DAY_MINUTES = 24 * 60

Week = tuple[tuple["Period", ...], ...]
"""Seven weekdays, Monday first."""


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Wall-clock minutes from the midnight of the weekday on which the shift starts.

    Minutes past 1440 lie in the night after it: 21:00 to 06:00 is `Period(1260, 1800)`.
    """

    start_minute: int
    end_minute: int

    def __post_init__(self) -> None:
        if not 0 <= self.start_minute < self.end_minute <= 2 * DAY_MINUTES:
            raise ValueError(f"not a period: {self.start_minute} to {self.end_minute}")


@dataclass(frozen=True, slots=True)
class WorkHours:
    """The usual hours of one person, or of everybody; `time_zone` None is the account's."""

    week: Week
    time_zone: str | None = None
    works_on_holidays: bool = False
    """The production calendar means nothing to this person: the week goes on as usual."""

    def __post_init__(self) -> None:
        if len(self.week) != 7:  # noqa: PLR2004 -- days of a week
            raise ValueError("a week has seven days")


class DayKind(StrEnum):
    """In what a date differs from the usual week."""

    OFF = "off"
    WORKING = "working"
    SHORT = "short"


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A date that does not follow the usual week, and why."""

    kind: DayKind
    names: Mapping[str, str] = field(default_factory=dict)
    """What the holiday is called, by language; for an eve the holiday it stands before."""
    instead_of: date | None = None
    """The date with which a moved day off, or a moved working day, was exchanged."""
    owed_for: tuple[date, ...] = ()
    """Holidays on days off for which days off are given in a row; `instead_of` is one of them."""
    is_short: bool = False
    """A moved working day that lasts an hour less, as the day did that it replaces."""
    is_eve: bool = False
    """A moved day that stands before a holiday: short for those whom the move does not concern."""
    note: str | None = None
    """The company's own words; None when the calendar of the country says so."""


class ShortDays(StrEnum):
    """What is known of short days before the holidays of a country."""

    BY_LAW = "by_law"
    NONE = "none"
    """The law of the country knows none."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class OwnDay:
    """A date that the company has set itself; it goes before the country's calendar."""

    day: date
    kind: DayKind
    note: str


@dataclass(frozen=True, slots=True)
class Shift:
    """`[start, end)` of work without a break, in UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class WorkDay:
    """What belongs to one date in a person's life: `[start, end)`, and the shifts inside."""

    start: datetime
    end: datetime
    shifts: tuple[Shift, ...]
    time_zone: str | None
    """The person's own zone where it is not the account's."""
    special: SpecialDay | None = None
    """Why the usual week does not hold for this person on this date."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Everybody's hours, and those of people who have their own."""

    default: WorkHours
    own: Mapping[UserId, WorkHours]

    def of(self, user: UserId) -> WorkHours:
        return self.own.get(user, self.default)


@dataclass(frozen=True, slots=True)
class Rota:
    """All that decides about one date: the usual weeks, and the dates around it that differ."""

    day: date
    hours: Hours
    special: Mapping[date, SpecialDay]


@dataclass(frozen=True, slots=True)
class Year:
    """A year of the production calendar and what is known of it."""

    country: str
    special: Mapping[date, SpecialDay]
    usual: Week
    moves_until: int | None
    """The last year whose moved days are known; None where no decree moves days."""
    short_days: ShortDays


OFFICE_DAY = (Period(9 * 60, 18 * 60),)
OFFICE_HOURS = WorkHours((OFFICE_DAY,) * 5 + ((),) * 2)
"""What an account works by until somebody says otherwise: Monday to Friday, 09:00 to 18:00."""
