"""A day that goes on: the mirror tells whose day changed, the panel is sent what is new.

One watcher serves all browsers that look at the same day in the same language. Polling is the
truth; the watcher reads three times a second and costs one indexed query when nothing happens.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from smena.activity.panel import queries
from smena.activity.panel.core.axis import Axis
from smena.activity.panel.days import Panel, PersonDay
from smena.activity.panel.rows import PersonRow, row
from smena.activity.panel.states import state_of
from smena.activity.panel.views import figures, group_head, group_of, panel_axis, panel_view
from smena.crm.mirror.queries import change_notifications
from smena.crm.model.entities import UserId
from smena.kernel.db import Database
from smena.kernel.i18n import use
from smena.kernel.ids import AccountId
from smena.web.live import ServerEvent
from smena.web.page import render_block

POLL_SECONDS = 0.3
_TEMPLATE = "activity/live.html"


@dataclass(frozen=True, slots=True)
class Sight:
    """What one watcher looks at; readers of equal sights share it. `only` None is everybody."""

    account: AccountId
    day: date
    language: str
    only: frozenset[UserId] | None


async def watch(
    db: Database, sight: Sight, clock: Callable[[], datetime], since: int
) -> AsyncGenerator[ServerEvent, None]:
    """Yield what changed after change notification `since`.

    The whole panel as each minute begins.
    """
    shown = await _read(db, sight, clock())
    if shown.last_change > since:  # the reader's page is older than what was just read
        yield whole(shown, sight.language)
    since, beat = shown.last_change, 0
    while True:
        now = clock()
        if _minute(now) != _minute(shown.now):
            shown = await _read(db, sight, now)
            since = shown.last_change
            yield whole(shown, sight.language)
            if _is_over(shown):
                return
        elif (news := await _news(db, sight, shown, now, since)) is not None:
            since, after = news
            beat = 1 - beat
            for event in changes(shown, after, beat, sight.language):
                yield event
            shown = after
        await asyncio.sleep(POLL_SECONDS)


async def _read(db: Database, sight: Sight, now: datetime) -> Panel:
    async with db.tenant(sight.account) as tx:
        return await queries.panel(tx, sight.day, now, sight.only)


async def _news(
    db: Database, sight: Sight, shown: Panel, now: datetime, since: int
) -> tuple[int, Panel] | None:
    """Read the days that change notifications after `since` touched, or None when nobody's did."""
    async with db.tenant(sight.account) as tx:
        changed = await change_notifications.change_notifications(tx, since)
        touched = {user for one in changed for user in one.users}
        if sight.only is not None:
            touched &= sight.only
        if not touched:
            return (changed[-1].id, shown) if changed else None
        return changed[-1].id, await queries.renewed(tx, shown, now, touched)


def whole(panel: Panel, language: str) -> ServerEvent:
    """Return everything below the page's head, for whoever may have missed something."""
    with use(language):
        inside = render_block(
            "activity/panel.html",
            "panel",
            view=panel_view(panel),
            state=state_of(panel),
            day=panel.day,
        )
    html = f'<hx-partial hx-target="#panel" hx-swap="innerMorph">\n{inside}\n</hx-partial>'
    return ServerEvent(None, html, part="whole")


def changes(before: Panel, after: Panel, beat: int, language: str) -> list[ServerEvent]:
    """Return the rows that look different now, with the sums above them."""
    frame = panel_axis(after)
    if before.people.keys() != after.people.keys() or panel_axis(before) != frame:
        return [whole(after, language)]
    with use(language):
        found = (
            (one, _changed(before, after, user, frame))
            for user, one in after.people.items()
            if one is not before.people[user]
        )
        return [_row_event(after, frame, one, seen, beat) for one, seen in found if seen]


def _row_event(
    panel: Panel, frame: Axis, person: PersonDay, seen: tuple[PersonRow, frozenset[str]], beat: int
) -> ServerEvent:
    """Render one row with the sums it belongs to; the rest of the panel is not looked at."""
    group = group_of(panel, person)
    members = [one for one in panel.people.values() if group_of(panel, one) == group]
    html = render_block(
        _TEMPLATE,
        "rows",
        rows=[seen],
        groups=[group_head(panel, group, members)],
        view={"axis_from": frame.start // 60, "figures": figures(panel)},
        day=panel.day,
        beat=beat,
    )
    return ServerEvent(None, html, part=f"person-{person.user.id}")


def _changed(
    before: Panel, after: Panel, user: UserId, frame: Axis
) -> tuple[PersonRow, frozenset[str]] | None:
    """Return the new row and which cells of it differ, or None when nothing is seen of it."""
    old, new = row(before, frame, before.people[user]), row(after, frame, after.people[user])
    if old == new:
        return None
    return new, frozenset(name for name, pair in _cells(old, new).items() if pair[0] != pair[1])


def _cells(old: PersonRow, new: PersonRow) -> Mapping[str, tuple[object, object]]:
    return {
        "times": (old.times, new.times),
        "active": (old.active, new.active),
        "calls": (old.calls, new.calls),
        "idle": (old.idle, new.idle),
    }


def _minute(moment: datetime) -> int:
    return int(moment.timestamp()) // 60


def _is_over(panel: Panel) -> bool:
    """Say whether nothing of this day moves by itself any more."""
    return panel.now.timestamp() >= panel.ends_at and panel.day < panel.today
