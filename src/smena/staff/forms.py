"""The form of a working week: one line of text per weekday, and what is wrong with each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import available_timezones

from smena.kernel.i18n import gettext as _
from smena.staff.core import week as weeks
from smena.staff.core.week import Day, HoursFault, HoursRefused, check_week, read_day, write_day
from smena.staff.model import WorkHours

ZONE = "time_zone"
HOLIDAYS = "works_on_holidays"
UNTIL_MIDNIGHT = "until_midnight"
"""The button that makes 24:00 out of 23:59."""


@dataclass(frozen=True, slots=True)
class WeekForm:
    """What was typed, its meaning, and messages by field; without messages `value` is there."""

    texts: Sequence[str]
    time_zone: str = ""
    works_on_holidays: bool = False
    errors: Mapping[str, str] = field(default_factory=dict)
    value: WorkHours | None = None

    @property
    def ends_before_midnight(self) -> bool:
        return self.value is not None and weeks.ends_before_midnight(self.value.week)

    @property
    def until_midnight(self) -> str:
        """What the button is called that works the last minute of these days."""
        if self.value and weeks.is_round_the_clock_but_a_minute(self.value.week):
            return _("Круглосуточно")
        return _("До полуночи, 24:00")


def day_field(weekday: int) -> str:
    return f"day{weekday}"


def show(hours: WorkHours) -> WeekForm:
    """Fill the form with what is stored."""
    texts = [write_day(day) for day in hours.week]
    return WeekForm(texts, hours.time_zone or "", hours.works_on_holidays, value=hours)


def read(given: Mapping[str, str]) -> WeekForm:
    """Read a sent form."""
    texts = [str(given.get(day_field(weekday), "")).strip() for weekday in range(7)]
    time_zone = str(given.get(ZONE, "")).strip()
    faults: dict[int, HoursFault] = {}
    week: list[Day] = []
    for weekday, text in enumerate(texts):
        found = read_day(text)
        if isinstance(found, HoursRefused):
            faults[weekday] = found.fault
            found = ()
        week.append(found)
    faults |= check_week(tuple(week))
    errors = {day_field(weekday): _message(fault) for weekday, fault in faults.items()}
    if time_zone and time_zone not in available_timezones():
        errors[ZONE] = _(
            "Такого часового пояса нет: выберите из списка, например Asia/Yekaterinburg"
        )
    works = given.get(HOLIDAYS) == "1"
    if UNTIL_MIDNIGHT in given and not faults:
        week = list(weeks.until_midnight(tuple(week)))
        texts = [write_day(day) for day in week]
    value = None if errors else WorkHours(tuple(week), time_zone or None, works)
    return WeekForm(texts, time_zone, works, errors, value)


def _message(fault: HoursFault) -> str:
    return {
        HoursFault.UNREADABLE: _("Напишите время так: 09:00–18:00 или 09:00–13:00, 14:00–18:00"),
        HoursFault.NO_SUCH_TIME: _("Такого времени не бывает: часы от 00:00 до 24:00"),
        HoursFault.EMPTY_PERIOD: _("Начало и конец совпадают; круглые сутки — это 00:00–24:00"),
        HoursFault.TOO_LONG: _(
            "Периоды идут не по порядку: смена не может быть длиннее суток и пересекать саму себя"
        ),
        HoursFault.TOO_MANY: _("Не больше шести периодов в день"),
        HoursFault.MEETS_NEXT_DAY: _("Ночная смена заходит на начало следующего рабочего дня"),
    }[fault]
