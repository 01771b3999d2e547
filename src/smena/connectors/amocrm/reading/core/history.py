"""The deep history of events: how far back it has been read, and what is next.

It is read backwards from where the first load began, stretch by stretch, so that the younger past
is there first. Quiet stretches grow, busy ones shrink: a year without events costs a few requests.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from smena.connectors.amocrm.reading.core.first_load import LoadStage, Slice

EARLIEST = date(2008, 1, 1)
"""amoCRM is younger than this."""
DAYS_MAX = 32
BUSY_PAGES = 20


@dataclass(frozen=True, slots=True)
class History:
    """Everything since `read_to` is here; what was before `from_at` is not wanted."""

    from_at: datetime
    begun_at: datetime
    read_to: datetime
    started_at: datetime
    slice_days: int = 1
    page: int = 1
    rows: int = 0
    is_paused: bool = False
    finished_at: datetime | None = None

    @property
    def share(self) -> float:
        """Tell which part of the wanted time has been read."""
        whole = self.begun_at - self.from_at
        if self.finished_at is not None or whole <= timedelta(0):
            return 1.0
        return min(0.99, (self.begun_at - self.read_to) / whole)

    def left(self, now: datetime) -> timedelta | None:
        """Tell how long the rest will take at the pace so far; None while there is none."""
        spent, done = now - self.started_at, self.begun_at - self.read_to
        if done <= timedelta(0) or spent <= timedelta(0):
            return None
        return (self.read_to - self.from_at) * (spent / done)


class Unwanted(StrEnum):
    """Why a date cannot be the beginning of history."""

    NOT_A_DATE = "not_a_date"
    TOO_EARLY = "too_early"
    FUTURE = "future"


def beginning(text: str, zone: ZoneInfo, now: datetime) -> datetime | Unwanted:
    """Read the date that somebody chose, on the account's clock."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        return Unwanted.NOT_A_DATE
    if day < EARLIEST:
        return Unwanted.TOO_EARLY
    if day > now.astimezone(zone).date():
        return Unwanted.FUTURE
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def wanted(
    from_at: datetime, known: History | None, loaded_from: datetime, now: datetime
) -> History:
    """Ask for history back to a date; what has been read already is not read again."""
    start = known.read_to if known else loaded_from
    return History(
        from_at=from_at,
        begun_at=start,
        read_to=start,
        started_at=now,
        slice_days=known.slice_days if known else 1,
        rows=known.rows if known else 0,
        finished_at=now if from_at >= start else None,
    )


def stretch(history: History) -> Slice:
    """Return what is to be read next: the stretch before everything that is here."""
    start = max(history.from_at, history.read_to - timedelta(days=history.slice_days))
    return Slice(0, LoadStage.EVENTS, "events", start, history.read_to, history.page)


def after_page(history: History, rows: int, now: datetime, *, has_next: bool) -> History:
    """Return where the reading stands after a page was taken in."""
    read = replace(history, rows=history.rows + rows)
    if has_next:
        return replace(read, page=history.page + 1)
    start = stretch(history).from_at or history.from_at
    days = history.slice_days
    if history.page == 1 and not rows:
        days = min(DAYS_MAX, days * 2)
    elif history.page > BUSY_PAGES:
        days = max(1, days // 2)
    is_done = start <= history.from_at
    return replace(
        read, read_to=start, page=1, slice_days=days, finished_at=now if is_done else None
    )
