"""Why a panel shows little or nothing: one sentence, one action (activity.md section 4)."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from smena.activity.panel.days import Panel
from smena.kernel.i18n import clock, day
from smena.kernel.i18n import gettext as _
from smena.staff.words import special_text

LATE_AFTER = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class PanelState:
    """`empty` replaces the table, the others stand above it; `special` says what day it is."""

    special: str = ""
    stale: str = ""
    notice: str = ""
    empty: str = ""
    hint: str = ""
    action: str = ""
    href: str = ""


def state_of(panel: Panel) -> PanelState:
    """Say what a reader must know before they trust the picture."""
    special = special_text(panel.special) if panel.special else ""
    return replace(_state_of(panel), special=special[:1].upper() + special[1:])


def _state_of(panel: Panel) -> PanelState:
    if not panel.people:
        return PanelState(
            empty=_("Сотрудники ещё не загружены."),
            hint=_("Они появятся, когда закончится первая загрузка из amoCRM."),
            action=_("Состояние подключения"),
            href="/settings/connection",
        )
    if panel.day > panel.today:
        return PanelState(
            notice=_("{day} ещё не наступило: показан график.").format(day=day(panel.day))
        )
    behind = _behind(panel)
    if any(person.lane.totals.events for person in panel.people.values()):
        return PanelState(stale=behind)
    return _without_events(panel, behind)


def _without_events(panel: Panel, behind: str) -> PanelState:
    if behind:
        return PanelState(stale=behind)
    shown = day(panel.day)
    if panel.day == panel.today:
        return PanelState(
            notice=_("Сегодня событий ещё не было: данные собраны полностью, до {time}.").format(
                time=_until(panel)
            )
        )
    return PanelState(
        empty=_("Нет событий за {day}: данные собраны полностью.").format(day=shown),
        action=_("Сегодня"),
        href="/activity",
    )


def _behind(panel: Panel) -> str:
    """Return the warning that something may be missing, or nothing."""
    if panel.complete_until is None:
        return _("Данные ещё загружаются: показано то, что уже собрано.")
    needed = min(panel.now - LATE_AFTER, datetime.fromtimestamp(panel.ends_at, UTC))
    if panel.complete_until >= needed:
        return ""
    return _("Данные собраны до {time}: более поздние события ещё загружаются.").format(
        time=_until(panel)
    )


def _until(panel: Panel) -> str:
    if panel.complete_until is None:
        return ""
    time = clock(panel.complete_until, panel.zone)
    local = panel.complete_until.astimezone(panel.zone).date()
    return time if local == panel.today else f"{day(local)}, {time}"
