"""One person's day as a row of the panel, in the reader's words."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from smena.activity import words
from smena.activity.model import Totals
from smena.activity.panel.core.axis import Axis
from smena.activity.panel.core.runs import encode
from smena.activity.panel.days import Panel, PersonDay
from smena.kernel.i18n import duration_words
from smena.kernel.i18n import gettext as _
from smena.staff.model import DayKind
from smena.staff.words import moved_text


@dataclass(frozen=True, slots=True)
class RowCell:
    """A number in words with the smaller number under it."""

    main: str
    under: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person."""

    id: int
    group: int
    name: str
    place: str
    is_active: bool
    times: str
    note: str
    is_late: bool
    times_title: str
    runs: str
    label: str
    active: RowCell
    calls: RowCell
    idle: RowCell


def row(panel: Panel, frame: Axis, person: PersonDay) -> PersonRow:
    """Put one person's day into words."""
    totals = person.lane.totals
    times, note = _times(panel, person)
    runs = encode(
        person.lane.pieces,
        frame.start,
        frame.end,
        panel.settings.idle_min_seconds,
        person.lane.ticks,
    )
    active, calls, idle = _active(totals), _calls(totals), _idle(totals)
    return PersonRow(
        id=person.user.id,
        group=person.user.group,
        name=person.user.name,
        place=_offset(person),
        is_active=person.user.is_active,
        times=times,
        note=note,
        is_late=bool(words.late(totals)),
        times_title=_times_title(panel, person),
        runs=runs,
        label=_("{name}: активность {active}, звонки {calls}, нет действий {idle}").format(
            name=person.user.name, active=active.main, calls=calls.main, idle=idle.main
        ),
        active=active,
        calls=calls,
        idle=idle,
    )


def _active(totals: Totals) -> RowCell:
    outside = totals.out_of_work
    title = words.counted_events(totals.actions)
    if outside:
        title += ", " + _("вне графика {time}").format(time=duration_words(outside))
    return RowCell(duration_words(totals.active), words.share(totals.utilisation), title)


def _calls(totals: Totals) -> RowCell:
    notes = []
    if totals.calls_sum != totals.calls_union:
        notes.append(_("в сумме {time}").format(time=duration_words(totals.calls_sum)))
    if totals.calls_unknown:
        notes.append(_("длительность неизвестна: {n}").format(n=totals.calls_unknown))
    if totals.missed:
        notes.append(_("пропущено: {n}").format(n=totals.missed))
    under = words.counted_calls(totals.calls_count) if totals.calls_count else ""
    return RowCell(duration_words(totals.calls_union), under, ", ".join(notes))


def _idle(totals: Totals) -> RowCell:
    under = ""
    if totals.longest_idle:
        longest = duration_words(totals.longest_idle)
        under = _("до {time} подряд").format(time=longest)
    return RowCell(duration_words(totals.idle), under)


def _times(panel: Panel, person: PersonDay) -> tuple[str, str]:
    """Return first and last times, or the reason why there are none; then the remark beside."""
    totals, zone = person.lane.totals, panel.zone
    if totals.first is not None and totals.last is not None:
        times = f"{words.clock(totals.first, zone)}–{words.clock(totals.last, zone)}"
        return times, words.late(totals)
    shifts, now = person.lane.frame.shifts, int(panel.now.timestamp())
    if not shifts:
        return _day_off(person), ""
    if shifts[0].start > now:
        return _("смена с {time}").format(time=words.clock(shifts[0].start, zone)), ""
    if person.lane.frame.end <= now or shifts[-1].end <= now:
        return _("действий не было"), ""
    return _("действий ещё не было"), ""


def _day_off(person: PersonDay) -> str:
    special = person.special
    if special is not None and special.kind is DayKind.OFF:
        if special.note is not None:
            return _("выходной по календарю")
        return moved_text(special.instead_of) if special.instead_of else _("праздник")
    return _("выходной по графику")


def _times_title(panel: Panel, person: PersonDay) -> str:
    totals, zone = person.lane.totals, panel.zone
    if totals.first is None or totals.last is None:
        return ""
    is_over = panel.now.timestamp() >= person.lane.frame.end
    pattern = (
        _("Начало работы {first}, конец {last}")
        if is_over
        else _("Начало работы {first}, последнее действие {last}")
    )
    return pattern.format(
        first=words.clock(totals.first, zone), last=words.clock(totals.last, zone)
    )


def _offset(person: PersonDay) -> str:
    """Return how a person's own zone differs: UTC+5."""
    if person.time_zone is None:
        return ""
    offset = datetime.fromtimestamp(person.lane.frame.start, ZoneInfo(person.time_zone))
    text = offset.strftime("%z")
    minutes = "" if text.endswith("00") else f":{text[3:5]}"
    return f"UTC{text[0]}{int(text[1:3])}{minutes}"
