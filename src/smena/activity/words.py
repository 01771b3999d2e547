"""A day in the reader's words. Nothing here accuses: it says what was seen and for how long."""

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from smena.activity.model import CallSpan, Totals, Zone
from smena.kernel.i18n import NBSP, duration_words, language, ngettext
from smena.kernel.i18n import gettext as _

_MINUTE = 60


def clock(moment: int, zone: ZoneInfo) -> str:
    """Return the time of day of an epoch second: 09:07."""
    return f"{datetime.fromtimestamp(moment, zone):%H:%M}"


def exact_clock(moment: int, zone: ZoneInfo) -> str:
    return f"{datetime.fromtimestamp(moment, zone):%H:%M:%S}"


def exact_length(seconds: int) -> str:
    """Return a length to the second: 12 мин 05 с, 1 ч 02 мин."""
    minutes, rest = divmod(seconds, _MINUTE)
    if not minutes or not rest or minutes >= _MINUTE:
        return duration_words(seconds)
    unit = _("с")
    return f"{duration_words(minutes * _MINUTE)} {rest:02d}{NBSP}{unit}"


def counted_calls(count: int) -> str:
    return _calls(language(), count)


def counted_events(count: int) -> str:
    return _actions(language(), count)


@lru_cache(maxsize=4000)
def _calls(_language: str, count: int) -> str:
    text = ngettext("{n} звонок", "{n} звонка|{n} звонков", count)
    return text.format(n=count).replace(" ", NBSP)


@lru_cache(maxsize=4000)
def _actions(_language: str, count: int) -> str:
    text = ngettext("{n} действие", "{n} действия|{n} действий", count)
    return text.format(n=count).replace(" ", NBSP)


def automatic(count: int) -> str:
    """Return the line about events that count for nobody (R1)."""
    text = ngettext("{n} событие", "{n} события|{n} событий", count).format(n=count)
    return _("Автоматика: {events}, никому не засчитано").format(events=text)


def zone_name(zone: Zone, gap_seconds: int) -> str:
    """Return the legend's word for a zone."""
    gap = duration_words(gap_seconds)
    return {
        Zone.CALL: _("Звонки"),
        Zone.WORK: _("Работа в CRM"),
        Zone.IDLE: _("Нет действий дольше {gap}").format(gap=gap),
        Zone.PENDING: _("Пауза, пока не дольше {gap}").format(gap=gap),
        Zone.FUTURE: _("Ещё не наступило"),
        Zone.OUTSIDE: _("Вне графика"),
    }[zone]


def state_name(zone: Zone) -> str:
    """Return what one part of a lane is."""
    return {
        Zone.CALL: _("Звонки"),
        Zone.WORK: _("Работа в CRM"),
        Zone.IDLE: _("Нет действий"),
        Zone.PENDING: _("Пауза"),
        Zone.FUTURE: _("Ещё не наступило"),
        Zone.OUTSIDE: _("Вне графика"),
    }[zone]


def late(totals: Totals) -> str:
    """Return lateness in words, empty when under a minute."""
    if not totals.late or totals.late < _MINUTE:
        return ""
    return _("позже графика на {time}").format(time=duration_words(totals.late))


def share(value: float | None) -> str:
    """Return the used share of working time: 64 % времени."""
    if value is None:
        return ""
    return _("{percent} % времени").format(percent=round(100 * value)).replace(" ", NBSP)


def talk(one: CallSpan) -> str:
    """Return a call in words: Исходящий, 12 мин 05 с."""
    direction = _("Входящий звонок") if one.is_incoming else _("Исходящий звонок")
    if one.seconds is None:
        length = _("длительность неизвестна")
    elif one.seconds == 0:
        length = _("без разговора")
    else:
        length = exact_length(one.seconds)
    return f"{direction}, {length}"
