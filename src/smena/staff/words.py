"""Working hours in the reader's words."""

from dataclasses import dataclass

from smena.kernel.i18n import gettext as _
from smena.staff.core.week import write_day
from smena.staff.model import WorkHours


def weekdays() -> list[str]:
    return [
        _("Понедельник"),
        _("Вторник"),
        _("Среда"),
        _("Четверг"),
        _("Пятница"),
        _("Суббота"),
        _("Воскресенье"),
    ]


def _short() -> list[str]:
    return [_("пн"), _("вт"), _("ср"), _("чт"), _("пт"), _("сб"), _("вс")]


@dataclass(frozen=True, slots=True)
class Line:
    """Neighbouring weekdays with the same hours: `пн–пт`, `09:00–18:00`."""

    days: str
    hours: str


def lines(hours: WorkHours) -> list[Line]:
    """Return a week as people write it on a door; days off are left out."""
    short, found = _short(), []
    first = 0
    for weekday in range(1, 8):
        if weekday < len(hours.week) and hours.week[weekday] == hours.week[first]:
            continue
        if hours.week[first]:
            last = weekday - 1
            days = short[first] if first == last else f"{short[first]}–{short[last]}"
            found.append(Line(days, write_day(hours.week[first])))
        first = weekday
    return found or [Line("", _("рабочих дней нет"))]
