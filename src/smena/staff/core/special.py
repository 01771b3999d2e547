"""What a holiday, a moved day and a short day do to somebody's usual week.

A day off has no shift. Two dates that change places concern only those who are off on the one and
work on the other: whoever works on Saturdays neither has the day off that was moved from a Saturday
nor works on a Saturday as on another day. A moved working day is worked as the weekday that it
replaces; one that the company has set itself, as the person's most usual day, unless that weekday
has hours of its own. A short day ends an hour earlier, if it is worked at all. Nothing of this
counts for a person who works on holidays.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from smena.staff.model import DAY_MINUTES, DayKind, Period, SpecialDay, Week, WorkHours

SHORT_BY_MINUTES = 60
NO_SPECIAL_DAYS: Mapping[date, SpecialDay] = {}

Periods = tuple[Period, ...]


def special_for(
    hours: WorkHours, day: date, special: Mapping[date, SpecialDay]
) -> SpecialDay | None:
    """Return in what a date differs for this person."""
    found = special.get(day)
    if found is None or hours.works_on_holidays:
        return None
    return for_week(hours.week, day, found)


def for_week(week: Week, day: date, found: SpecialDay) -> SpecialDay | None:
    """Return what is left of a special day for those who work by this week."""
    if found.note is not None:
        return found
    is_worked = bool(week[day.weekday()])
    if found.kind is DayKind.SHORT:
        return found if is_worked else None
    if found.instead_of is None:
        return found
    if found.kind is DayKind.WORKING:
        is_concerned = not is_worked and bool(week[found.instead_of.weekday()])
        exchanged = found if is_concerned else None
    else:
        exchanged = _day_off(week, found, found.instead_of)
    if exchanged is None and found.is_eve and is_worked:
        return SpecialDay(DayKind.SHORT, found.names)
    return exchanged


def _day_off(week: Week, found: SpecialDay, instead_of: date) -> SpecialDay | None:
    """Return the moved day off, if this week is owed one: its own days off alone are moved.

    Several in a row are given in their order, so who is owed one of two has the first of them.
    """
    holidays = found.owed_for or (instead_of,)
    owed = [one for one in holidays if not week[one.weekday()]]
    place = holidays.index(instead_of)
    return replace(found, instead_of=owed[place]) if place < len(owed) else None


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
