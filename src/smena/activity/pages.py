"""HTTP entry points of the activity panel (ACT-1 to ACT-5, ACT-10)."""

from collections.abc import AsyncGenerator
from datetime import date
from typing import Any

from litestar import get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Stream

from smena.access.core.policy import may
from smena.access.model import Ability, Viewer
from smena.access.pages import needs
from smena.access.request import PageRequest
from smena.accounts import queries as accounts
from smena.activity.core.parts import part_at, parts
from smena.activity.panel import live, queries
from smena.activity.panel.dates import is_this_day, read_day, today_in
from smena.activity.panel.days import Panel
from smena.activity.panel.states import PanelState, state_of
from smena.activity.panel.views import panel_view
from smena.activity.person.part_rows import part_row
from smena.activity.person.view import person_view
from smena.crm.model.entities import UserId
from smena.kernel.db import Tx
from smena.kernel.i18n import gettext as _
from smena.kernel.i18n import language
from smena.web.live import Broadcaster, ServerEvent, stream
from smena.web.page import Html, fragment, page

PANEL = "/activity"
_FRESH_SECONDS = 60

# One per process: browsers that look at the same day share its watcher.
BROADCASTER = Broadcaster()


@get(PANEL, guards=[needs(Ability.SEE_OWN_ACTIVITY)])
async def show_panel(request: PageRequest) -> Html:
    given = request.query_params.get("date", "")
    async with request.tenant() as tx:
        context = await _panel(request, tx, given)
    is_bad = bool(context["bad_date"])
    return page(
        request,
        "activity/panel.html",
        title=_("Активность"),
        status=422 if is_bad else 200,
        person=None,
        **context,
    )


@get("/activity/day/{user:int}", guards=[needs(Ability.SEE_OWN_ACTIVITY)])
async def show_person(request: PageRequest, user: FromPath[int]) -> Html:
    """Show one person's day as a list: in the drawer, or beside the panel without scripts."""
    given = request.query_params.get("date", "")
    _check(request, user)
    async with request.tenant() as tx:
        day = await _day(request, tx, given)
        facts = await queries.person(tx, UserId(user), day, request.now)
        if facts is None:
            raise NotFoundException(_("Такого сотрудника нет."))
        person = person_view(facts, day)
        if _asks_for_drawer(request):
            return fragment(request, "activity/panel.html", "drawer", person=person, day=day)
        context = await _panel(request, tx, given)
    return page(request, "activity/panel.html", title=_("Активность"), person=person, **context)


@get("/activity/lane/{user:int}/{minute:int}", guards=[needs(Ability.SEE_OWN_ACTIVITY)])
async def show_hint(request: PageRequest, user: FromPath[int], minute: FromPath[int]) -> Html:
    """Tell exactly what a minute of a lane stands for."""
    _check(request, user)
    async with request.tenant() as tx:
        day = await _day(request, tx, request.query_params.get("date", ""))
        facts = await queries.person(tx, UserId(user), day, request.now)
    found = None
    if facts is not None:
        found = part_at(parts(facts.lane, facts.events, facts.talks), minute)
    if facts is None or found is None:
        raise NotFoundException(_("Здесь ничего нет."))
    return fragment(request, "activity/hint.html", "hint", part=part_row(found, facts.zone))


@get("/activity/live", guards=[needs(Ability.SEE_OWN_ACTIVITY)])
async def watch_panel(request: PageRequest) -> Stream:
    """Send changes of a day that goes on."""
    async with request.tenant() as tx:
        day = await _day(request, tx, request.query_params.get("date", ""))
    viewer = request.viewer
    sight = live.Sight(request.account, day, language(), _only(viewer))
    since = _whole_number(request.query_params.get("since", ""))
    seen_at = _whole_number(request.query_params.get("at", ""))
    return stream(request, _events(request, sight, since, seen_at))


async def _events(
    request: PageRequest, sight: live.Sight, since: int, seen_at: int
) -> AsyncGenerator[ServerEvent, None]:
    """Bring a page that is older than a minute up to date, then send what all readers get."""
    if abs(request.now.timestamp() - seen_at) > _FRESH_SECONDS:
        async with request.db.tenant(sight.account) as tx:
            panel = await queries.panel(tx, sight.day, request.now, sight.only)
        since = panel.last_change
        yield live.whole(panel, sight.language)
    shared = BROADCASTER.subscribe(
        (id(request.db), sight), lambda: live.watch(request.db, sight, request.clock.now, since)
    )
    try:
        async for event in shared:
            yield event
    finally:
        await shared.aclose()


async def _panel(request: PageRequest, tx: Tx, given: str) -> dict[str, Any]:
    """Gather the page: the day asked for, else today."""
    viewer, now = request.viewer, request.now
    account = await accounts.account(tx)
    today = today_in(account, now)
    day = read_day(given, today)
    panel = await queries.panel(tx, day or today, now, _only(viewer))
    return {
        "day": panel.day,
        "today": today,
        "bad_date": given if day is None else "",
        "view": panel_view(panel),
        "state": _nobody() if _is_nobody(viewer) else state_of(panel),
        "live": _live_address(panel),
    }


def _live_address(panel: Panel) -> str:
    if not is_this_day(panel):
        return ""
    at = int(panel.now.timestamp())
    return f"/activity/live?date={panel.day}&since={panel.last_change}&at={at}"


async def _day(request: PageRequest, tx: Tx, given: str) -> date:
    today = today_in(await accounts.account(tx), request.now)
    return read_day(given, today) or today


def _only(viewer: Viewer) -> frozenset[UserId] | None:
    """Return whose days the viewer may see, None for everybody's."""
    if may(viewer, Ability.SEE_ACTIVITY_OF_ALL):
        return None
    return frozenset() if viewer.crm_user is None else frozenset({viewer.crm_user})


def _is_nobody(viewer: Viewer) -> bool:
    return _only(viewer) == frozenset()


def _nobody() -> PanelState:
    return PanelState(
        empty=_("Ваша учётная запись не связана с сотрудником amoCRM."),
        hint=_("Попросите администратора указать, кто вы в amoCRM."),
    )


def _check(request: PageRequest, user: int) -> None:
    """Answer as if the person did not exist when the viewer may not see them."""
    only = _only(request.viewer)
    if only is not None and user not in only:
        raise NotFoundException(_("Такого сотрудника нет."))


def _asks_for_drawer(request: PageRequest) -> bool:
    target = request.headers.get("hx-target", "")
    return request.headers.get("hx-request") == "true" and target.endswith("#drawer")


def _whole_number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0  # noqa: PLR2004 -- fits bigint


ROUTES = (show_panel, show_person, show_hint, watch_panel)
