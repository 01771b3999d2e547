"""What a holiday, a moved day and a short day do to somebody's usual week.

A day off has no shift. A moved working day is worked as the weekday that it replaces, so whoever
is off on that weekday stays at home; one that the company has set itself, as the person's most
usual day. Whoever works on that weekday anyway keeps the hours of their own. A short day ends an
hour earlier. Nothing of this counts for a person who works on holidays.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta

from smena.staff.model import DAY_MINUTES, DayKind, Period, SpecialDay, Week, WorkHours

SHORT_BY_MINUTES = 60
NO_SPECIAL_DAYS: Mapping[date, SpecialDay] = {}

Periods = tuple[Period, ...]


def special_for(
    hours: WorkHours, day: date, special: Mapping[date, SpecialDay]
) -> SpecialDay | None:
    """Return in what a date differs for this person."""
    return None if hours.works_on_holidays else special.get(day)


def periods(hours: WorkHours, day: date, special: Mapping[date, SpecialDay]) -> Periods:
    """Return the wall-clock periods of the shift that starts on `day`."""
    made = _planned(hours, day, special)
    tomorrow = day + timedelta(days=1)
    if not made or made[-1].end_minute <= DAY_MINUTES or special_for(hours, day, special) is None:
        return made
    # A night that is worked on another date than usual gives way to the next shift.
    following = _planned(hours, tomorrow, special)
    limit = DAY_MINUTES + following[0].start_minute if following else 2 * DAY_MINUTES
    return _until(made, limit)


def _planned(hours: WorkHours, day: date, special: Mapping[date, SpecialDay]) -> Periods:
    usual = hours.week[day.weekday()]
    found = special_for(hours, day, special)
    if found is None:
        return usual
    match found.kind:
        case DayKind.OFF:
            return ()
        case DayKind.SHORT:
            return shorten(usual)
        case DayKind.WORKING:
            worked = usual or _replaced(hours.week, found)
            return shorten(worked) if found.is_short else worked


def _replaced(week: Week, found: SpecialDay) -> Periods:
    if found.instead_of is not None:
        return week[found.instead_of.weekday()]
    return most_usual(week)


def most_usual(week: Week) -> Periods:
    """Return the hours that most days of a week have; of equals the first in the week."""
    worked = Counter(day for day in week if day)
    return worked.most_common(1)[0][0] if worked else ()


def shorten(made: Periods, minutes: int = SHORT_BY_MINUTES) -> Periods:
    """Take the last `minutes` of work away; a break is no work."""
    kept = list(made)
    while kept and minutes:
        last = kept.pop()
        length = last.end_minute - last.start_minute
        if length > minutes:
            return (*kept, Period(last.start_minute, last.end_minute - minutes))
        minutes -= length
    return tuple(kept)


def _until(made: Periods, limit: int) -> Periods:
    return tuple(
        Period(one.start_minute, min(one.end_minute, limit))
        for one in made
        if one.start_minute < limit
    )
