"""One person's day in the drawer: its numbers, and its stretches as a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from smena.activity import words
from smena.activity.core.parts import parts
from smena.activity.model import Totals, Zone
from smena.activity.panel.days import PersonFacts
from smena.activity.person.part_rows import PartRow, part_row
from smena.kernel.i18n import duration_words, weekday_day
from smena.kernel.i18n import gettext as _

_DASH = "—"


@dataclass(frozen=True, slots=True)
class PersonView:
    name: str
    subtitle: str
    facts: Sequence[tuple[str, str]]
    parts: Sequence[PartRow]


def person_view(facts: PersonFacts, day: date) -> PersonView:
    rows = [
        part_row(part, facts.zone)
        for part in parts(facts.lane, facts.events, facts.talks)
        if part.zone not in {Zone.OUTSIDE, Zone.FUTURE} or part.events
    ]
    return PersonView(facts.user.name, weekday_day(day), _facts(facts), rows)


def _facts(facts: PersonFacts) -> list[tuple[str, str]]:
    totals = facts.lane.totals
    found = [
        (_("График"), _shifts(facts)),
        (_("Первое действие"), _first(totals, facts.zone)),
        (_("Последнее действие"), words.clock(totals.last, facts.zone) if totals.last else _DASH),
        (_("Активность"), _active(totals)),
        (_("Звонки"), _calls(totals)),
        (_("Нет действий"), duration_words(totals.idle)),
        (_("Дольше всего подряд"), duration_words(totals.longest_idle)),
        (_("Действий"), str(totals.actions)),
    ]
    if totals.out_of_work:
        found.append((_("Вне графика"), duration_words(totals.out_of_work)))
    if totals.missed:
        found.append((_("Пропущено звонков"), str(totals.missed)))
    if facts.received:
        found.append((_("Получено сообщений"), str(facts.received)))
    if facts.machine:
        found.append((_("Автоматика"), str(facts.machine)))
    return found


def _shifts(facts: PersonFacts) -> str:
    spans = [
        f"{words.clock(shift.start, facts.zone)}–{words.clock(shift.end, facts.zone)}"
        for shift in facts.lane.frame.shifts
    ]
    return ", ".join(spans) or _("выходной")


def _first(totals: Totals, zone: ZoneInfo) -> str:
    if totals.first is None:
        return _DASH
    late = words.late(totals)
    return words.clock(totals.first, zone) + (f", {late}" if late else "")


def _active(totals: Totals) -> str:
    share = words.share(totals.utilisation)
    return duration_words(totals.active) + (f", {share}" if share else "")


def _calls(totals: Totals) -> str:
    text = f"{duration_words(totals.calls_union)}, {words.counted_calls(totals.calls_count)}"
    if totals.calls_sum != totals.calls_union:
        text += ", " + _("в сумме {time}").format(time=duration_words(totals.calls_sum))
    return text
