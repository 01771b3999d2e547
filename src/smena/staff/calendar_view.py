"""A year of the production calendar: twelve months, and the list of what differs."""

from calendar import Calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from smena.kernel.i18n import day as day_words
from smena.kernel.i18n import month as month_words
from smena.kernel.i18n import weekday_day
from smena.staff import words
from smena.staff.model import DayKind, SpecialDay, Week

MONTHS = range(1, 13)
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CalendarCell:
    """One date; `kind` is off, working, short, rest (a usual day off) or empty."""

    day: date
    kind: str = ""
    text: str = ""
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class Month:
    """`weeks` have seven places; None is a date of another month."""

    name: str
    weeks: Sequence[Sequence[CalendarCell | None]]


@dataclass(frozen=True, slots=True)
class CalendarLine:
    """A date that differs, or several in a row that do so alike, in words."""

    day: date
    name: str
    text: str
    is_own: bool


def months(year: int, special: Mapping[date, SpecialDay], usual: Week) -> list[Month]:
    weeks = Calendar(firstweekday=0)
    return [
        Month(
            month_words(date(year, number, 1)).removesuffix(f" {year}"),
            [
                [_cell(day, special, usual) if day.month == number else None for day in week]
                for week in weeks.monthdatescalendar(year, number)
            ],
        )
        for number in MONTHS
    ]


def lines(special: Mapping[date, SpecialDay]) -> list[CalendarLine]:
    """Return what differs from a usual week, by date; a row of holidays is one line."""
    found: list[CalendarLine] = []
    last = date.min
    for day, one in sorted(special.items()):
        text, is_own = words.special_text(one), one.note is not None
        before = found[-1] if found and last + _ONE_DAY == day else None
        if before and not is_own and (before.text, before.is_own) == (text, is_own):
            name = f"{day_words(before.day)} – {day_words(day)}"
            found[-1] = CalendarLine(before.day, name, text, is_own)
        else:
            found.append(CalendarLine(day, weekday_day(day), text, is_own))
        last = day
    return found


def _cell(day: date, special: Mapping[date, SpecialDay], usual: Week) -> CalendarCell:
    found = special.get(day)
    if found is None:
        return CalendarCell(day) if usual[day.weekday()] else CalendarCell(day, "rest")
    is_short = found.kind is DayKind.WORKING and found.is_short
    kind = f"{found.kind.value}{' short' if is_short else ''}"
    return CalendarCell(day, kind, words.special_text(found), found.note is not None)
