"""How a week of hours is read from what a person typed, and why it may be refused.

A day is written as `09:00–13:00, 14:00–18:00`; a time that goes backwards means the next morning,
so `21:00–06:00` is a night. An empty text is a day off.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from smena.staff.model import DAY_MINUTES, Period, Week

_TIME = r"(\d{1,2})[:.](\d{2})"
_PERIOD = re.compile(rf"{_TIME}\s*(?:-|–|—|\.\.)\s*{_TIME}")
_PERIODS_MAX = 6
_TEXT_MAX = 200
_HOUR_LAST = 24
_MINUTE_LAST = 59
_LAST = DAY_MINUTES - 1


class HoursFault(StrEnum):
    """Why a day could not be read."""

    UNREADABLE = "unreadable"
    NO_SUCH_TIME = "no_such_time"
    EMPTY_PERIOD = "empty_period"
    TOO_LONG = "too_long"
    TOO_MANY = "too_many"
    MEETS_NEXT_DAY = "meets_next_day"


@dataclass(frozen=True, slots=True)
class HoursRefused:
    """The first thing wrong with a day."""

    fault: HoursFault


Day = tuple[Period, ...]


def read_day(text: str) -> Day | HoursRefused:
    """Read one weekday."""
    text = text.strip().strip(",;")
    if not text:
        return ()
    if len(text) > _TEXT_MAX:
        return HoursRefused(HoursFault.UNREADABLE)
    parts = [part.strip() for part in re.split(r"[,;]", text)]
    if len(parts) > _PERIODS_MAX:
        return HoursRefused(HoursFault.TOO_MANY)
    return _periods(parts)


def _periods(parts: list[str]) -> Day | HoursRefused:
    found: list[Period] = []
    reached = 0
    for part in parts:
        times = _times(part)
        if isinstance(times, HoursRefused):
            return times
        start = _not_before(times[0], reached)
        end = _not_before(times[1], start)
        if end == start:
            return HoursRefused(HoursFault.EMPTY_PERIOD)
        if start >= DAY_MINUTES and not found:
            return HoursRefused(HoursFault.NO_SUCH_TIME)
        if end > (found[0].start_minute if found else start) + DAY_MINUTES:
            return HoursRefused(HoursFault.TOO_LONG)
        found.append(Period(start, end))
        reached = end
    return tuple(found)


def _times(part: str) -> tuple[int, int] | HoursRefused:
    match = _PERIOD.fullmatch(part)
    if match is None:
        return HoursRefused(HoursFault.UNREADABLE)
    hours_from, minutes_from, hours_to, minutes_to = (int(number) for number in match.groups())
    start, end = hours_from * 60 + minutes_from, hours_to * 60 + minutes_to
    if max(minutes_from, minutes_to) > _MINUTE_LAST or max(start, end) > _HOUR_LAST * 60:
        return HoursRefused(HoursFault.NO_SUCH_TIME)
    return start, end


def _not_before(minute: int, limit: int) -> int:
    """Return the first moment at or after `limit` when clocks show `minute`."""
    while minute < limit:
        minute += DAY_MINUTES
    return minute


def check_week(week: Week) -> dict[int, HoursFault]:
    """Return the weekdays whose night runs into the next day's first period."""
    return {
        weekday: HoursFault.MEETS_NEXT_DAY
        for weekday, day in enumerate(week)
        if day
        and (following := week[(weekday + 1) % 7])
        and day[-1].end_minute - DAY_MINUTES > following[0].start_minute
    }


def is_round_the_clock_but_a_minute(week: Week) -> bool:
    """Tell whether a whole day was typed as `00:00–23:59`."""
    return any(day and day[0].start_minute == 0 and day[-1].end_minute == _LAST for day in week)


def ends_before_midnight(week: Week) -> bool:
    """Tell whether work stops a minute before midnight, by which most people mean midnight."""
    return any(period.end_minute == _LAST for day in week for period in day)


def until_midnight(week: Week) -> Week:
    """Return the week with the last minute of these days worked."""
    return tuple(
        tuple(
            Period(one.start_minute, DAY_MINUTES) if one.end_minute == _LAST else one for one in day
        )
        for day in week
    )


def write_day(day: Day) -> str:
    """Write a weekday the way `read_day` reads it."""
    return ", ".join(f"{_clock(p.start_minute)}–{_clock(p.end_minute)}" for p in day)


def _clock(minute: int) -> str:
    hours, minutes = divmod(minute, 60)
    return f"{hours if hours == _HOUR_LAST and not minutes else hours % 24:02}:{minutes:02}"
