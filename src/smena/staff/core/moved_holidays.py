"""Days off given because a holiday falls on a day off: which one stands for which."""

from collections.abc import Container, Mapping
from datetime import date, timedelta

_REACH = timedelta(days=14)
_ONE_DAY = timedelta(days=1)


def holidays_behind(
    given: Mapping[date, str], holidays: Mapping[date, str], weekend: Container[int]
) -> dict[date, date]:
    """Return the holiday for which each day off was given, as far as it can be told.

    Both come with names; a day off is named after its holiday, with a word more.
    """
    waiting = [day for day in sorted(holidays) if day.weekday() in weekend]
    found: dict[date, date] = {}
    for day, name in sorted(given.items()):
        holiday = next((one for one in waiting if _is_behind(one, holidays[one], day, name)), None)
        if holiday is not None:
            waiting.remove(holiday)
            found[day] = holiday
    return found


def in_a_row(behind: Mapping[date, date]) -> dict[date, tuple[date, ...]]:
    """Return for each day off the holidays of the whole row that it is given in."""
    rows: list[list[date]] = []
    for day in sorted(behind):
        if rows and rows[-1][-1] + _ONE_DAY == day:
            rows[-1].append(day)
        else:
            rows.append([day])
    return {day: tuple(sorted(behind[one] for one in row)) for row in rows for day in row}


def _is_behind(holiday: date, its_names: str, day: date, name: str) -> bool:
    return abs(day - holiday) <= _REACH and any(one in name for one in its_names.split("; "))
