"""Words of usual working hours: a period, a week of them, and the shift they make on a date."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from smena.crm.model import UserId

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

    def __post_init__(self) -> None:
        if len(self.week) != 7:  # noqa: PLR2004 -- days of a week
            raise ValueError("a week has seven days")


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


@dataclass(frozen=True, slots=True)
class Hours:
    """Everybody's hours, and those of people who have their own."""

    default: WorkHours
    own: Mapping[UserId, WorkHours]

    def of(self, user: UserId) -> WorkHours:
        return self.own.get(user, self.default)


OFFICE_DAY = (Period(9 * 60, 18 * 60),)
OFFICE_HOURS = WorkHours((OFFICE_DAY,) * 5 + ((),) * 2)
"""What an account works by until somebody says otherwise: Monday to Friday, 09:00 to 18:00."""
