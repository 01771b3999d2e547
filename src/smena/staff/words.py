"""Working hours in the reader's words."""

from dataclasses import dataclass
from datetime import date

from smena.kernel.i18n import day as day_words
from smena.kernel.i18n import gettext as _
from smena.kernel.i18n import language
from smena.staff.core.own_day import NOTE_MAX, DayFault
from smena.staff.core.week import write_day
from smena.staff.model import DayKind, SpecialDay, WorkHours


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


def short_weekdays() -> list[str]:
    return [_("пн"), _("вт"), _("ср"), _("чт"), _("пт"), _("сб"), _("вс")]


@dataclass(frozen=True, slots=True)
class WeekLine:
    """Neighbouring weekdays with the same hours: `пн–пт`, `09:00–18:00`."""

    days: str
    hours: str


def lines(hours: WorkHours) -> list[WeekLine]:
    """Return a week as people write it on a door; days off are left out."""
    short, found = short_weekdays(), []
    first = 0
    for weekday in range(1, 8):
        if weekday < len(hours.week) and hours.week[weekday] == hours.week[first]:
            continue
        if hours.week[first]:
            last = weekday - 1
            days = short[first] if first == last else f"{short[first]}–{short[last]}"
            found.append(WeekLine(days, write_day(hours.week[first])))
        first = weekday
    return found or [WeekLine("", _("рабочих дней нет"))]


def special_text(special: SpecialDay) -> str:
    """Return in what a date differs: `праздник: День народного единства`."""
    if special.note is not None:
        text = {
            DayKind.OFF: _("выходной компании"),
            DayKind.WORKING: _("рабочий день компании"),
            DayKind.SHORT: _("короткий день компании"),
        }[special.kind]
        return f"{text}: {special.note}" if special.note else text
    match special.kind:
        case DayKind.OFF:
            return _day_off(special)
        case DayKind.SHORT:
            return _("короткий день, завтра {holiday}").format(holiday=_name(special))
        case DayKind.WORKING:
            return _working(special)


def _day_off(special: SpecialDay) -> str:
    if special.instead_of is None:
        return _("праздник: {holiday}").format(holiday=_name(special))
    return _("выходной: {moved}").format(moved=moved_text(special.instead_of))


def moved_text(instead_of: date) -> str:
    """Return why a day is off that is no holiday: `перенос с 3 января`."""
    return _("перенос с {day}").format(day=day_words(instead_of))


def _working(special: SpecialDay) -> str:
    if special.instead_of is None:
        return _("рабочий день")
    text = _("рабочий день вместо {day}").format(day=day_words(special.instead_of))
    return _("{day}, на час короче").format(day=text) if special.is_short else text


def _name(special: SpecialDay) -> str:
    return special.names.get(language()) or _("праздник")


def kinds() -> list[tuple[str, str]]:
    """Return what a day of the company's own may be."""
    return [
        (DayKind.OFF.value, _("выходной")),
        (DayKind.WORKING.value, _("рабочий")),
        (DayKind.SHORT.value, _("на час короче")),
    ]


def fault_text(fault: DayFault) -> str:
    return {
        DayFault.NO_DATE: _("Выберите дату: день, месяц, год"),
        DayFault.FAR_AWAY: _("Год — от 2000 до 2100"),
        DayFault.NO_KIND: _("Выберите, какой это день"),
        DayFault.LONG_NOTE: _("Не длиннее {n} знаков, в одну строку").format(n=NOTE_MAX),
    }[fault]
