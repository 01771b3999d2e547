"""What the panel's templates show: rows, groups, the summary, all in the reader's words."""

from collections.abc import Sequence
from dataclasses import dataclass

from smena.activity import words
from smena.activity.model import PanelSettings, Zone
from smena.activity.panel.core.axis import Axis, axis
from smena.activity.panel.days import Panel, PersonDay
from smena.activity.panel.rows import PersonRow, row
from smena.crm.model.entities import GroupId
from smena.kernel.collation import by_name, name_key
from smena.kernel.i18n import duration_words, ngettext
from smena.kernel.i18n import gettext as _

_HALF_HOUR = 1800


@dataclass(frozen=True, slots=True)
class GroupRows:
    """One group of the CRM, its people in order of names."""

    id: int
    name: str
    count: int
    presence: str
    active: str
    calls: str
    idle: str
    rows: Sequence[PersonRow]


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the summary line."""

    value: str
    text: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class AxisMark:
    """A place on the axis in per cent."""

    x: float
    label: str


@dataclass(frozen=True, slots=True)
class PanelView:
    """The whole page below its head."""

    groups: Sequence[GroupRows]
    figures: Sequence[Figure]
    marks: Sequence[AxisMark]
    now_mark: float | None
    axis_from: int
    axis_to: int
    now: int
    hours: int
    legend: Sequence[tuple[str, str]]
    automatic: str


def panel_view(panel: Panel) -> PanelView:
    """Put a panel into words."""
    frame = panel_axis(panel)
    now = int(panel.now.timestamp())
    return PanelView(
        groups=_groups(panel, frame),
        figures=figures(panel),
        marks=_marks(frame),
        now_mark=frame.share(now) if frame.start <= now <= frame.end else None,
        axis_from=frame.start // 60,
        axis_to=frame.end // 60,
        now=now // 60,
        hours=frame.hours,
        legend=_legend(panel.settings),
        automatic=words.automatic(panel.automatic) if panel.automatic else "",
    )


def panel_axis(panel: Panel) -> Axis:
    return axis(
        (person.lane for person in panel.people.values()), panel.day, panel.zone, panel.settings
    )


def _groups(panel: Panel, frame: Axis) -> list[GroupRows]:
    members: dict[GroupId, list[PersonDay]] = {}
    for person in panel.people.values():
        members.setdefault(group_of(panel, person), []).append(person)
    made = [
        group_head(panel, group, people, by_name(row(panel, frame, person) for person in people))
        for group, people in members.items()
    ]
    return sorted(made, key=lambda group: name_key(group.name))


def group_of(panel: Panel, person: PersonDay) -> GroupId:
    """Return the group a person stands in; 0 when the CRM does not know theirs."""
    is_known = any(group.id == person.user.group for group in panel.groups)
    return person.user.group if is_known else GroupId(0)


def group_head(
    panel: Panel, group: GroupId, people: Sequence[PersonDay], rows: Sequence[PersonRow] = ()
) -> GroupRows:
    """Put the sums of a group into words."""
    totals = [person.lane.totals for person in people]
    names = {known.id: known.name for known in panel.groups}
    return GroupRows(
        id=group,
        name=names.get(group) or _("Без группы"),
        count=len(people),
        presence=_presence(panel, people),
        active=duration_words(sum(one.active for one in totals)),
        calls=duration_words(sum(one.calls_union for one in totals)),
        idle=duration_words(sum(one.idle for one in totals)),
        rows=rows,
    )


def _presence(panel: Panel, people: Sequence[PersonDay]) -> str:
    if panel.day > panel.today:
        return ""
    if panel.day == panel.today:
        return _("сейчас работают {n} из {all}").format(
            n=sum(person.is_at_work for person in people), all=len(people)
        )
    return _("работали {n} из {all}").format(
        n=sum(person.lane.totals.first is not None for person in people), all=len(people)
    )


def figures(panel: Panel) -> list[Figure]:
    """Return the answer to "how does the day go" in one line."""
    people = list(panel.people.values())
    totals = [person.lane.totals for person in people]
    if panel.day > panel.today or not totals:
        return []
    elapsed, in_work = sum(one.elapsed for one in totals), sum(one.in_work for one in totals)
    late = sum(bool(words.late(one)) for one in totals)
    quiet = sum(one.longest_idle > _HALF_HOUR for one in totals)
    calls = sum(one.calls_count for one in totals)
    share = f"{round(100 * in_work / elapsed)} %" if elapsed else "—"
    first = (
        Figure(_of(sum(person.is_at_work for person in people), len(people)), _("сейчас работают"))
        if panel.day == panel.today
        else Figure(_of(sum(one.first is not None for one in totals), len(people)), _("работали"))
    )
    return [
        first,
        Figure(share, _("времени с действиями")),
        Figure(str(calls), _calls_text(calls, sum(one.calls_union for one in totals))),
        Figure(str(late), _("позже графика"), "wait" if late else ""),
        Figure(str(quiet), _("с паузой больше получаса"), "bad" if quiet else ""),
    ]


def _calls_text(calls: int, seconds: int) -> str:
    text = ngettext("звонок, {time}", "звонка, {time}|звонков, {time}", calls)
    return text.format(time=duration_words(seconds))


def _of(part: int, whole: int) -> str:
    return _("{n} из {all}").format(n=part, all=whole)


def _marks(frame: Axis) -> list[AxisMark]:
    return [AxisMark(frame.share(tick.at), tick.label) for tick in frame.ticks]


def _legend(settings: PanelSettings) -> list[tuple[str, str]]:
    zones = [Zone.CALL, Zone.WORK, Zone.IDLE, Zone.FUTURE]
    if not settings.show_calls:
        zones.remove(Zone.CALL)
    return [(zone.name.lower(), words.zone_name(zone, settings.gap_seconds)) for zone in zones]
