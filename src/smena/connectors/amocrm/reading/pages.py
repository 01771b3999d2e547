"""The page of the deep history: since when events are here, how far back they are wanted."""

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Response, get, post

from smena.access.guard import needs
from smena.access.model import Ability
from smena.access.request import PageRequest
from smena.accounts import queries as accounts
from smena.connectors.amocrm import queries
from smena.connectors.amocrm.reading import history as reading_history
from smena.connectors.amocrm.reading import queries as reading_queries
from smena.connectors.amocrm.reading.core.first_load import LoadStage
from smena.connectors.amocrm.reading.core.history import History, Unwanted
from smena.kernel.db import Tx
from smena.kernel.i18n import day, duration_words, number
from smena.kernel.i18n import gettext as _
from smena.web.page import Html, flash, page, redirect

PATH = "/settings/history"
TEMPLATE = "amocrm/history.html"


@dataclass(frozen=True, slots=True)
class HistoryView:
    """What the page shows; without `state` nothing deeper than the first load is wanted."""

    since: str
    state: str
    tone: str
    rows: str
    left: str
    percent: int
    is_running: bool
    is_loading: bool
    is_paused: bool
    chosen: str


@get(PATH, guards=[needs(Ability.CONNECT_ACCOUNT)])
async def history(request: PageRequest) -> Html:
    return await _page(request)


@post(PATH, guards=[needs(Ability.CONNECT_ACCOUNT)])
async def want(request: PageRequest) -> Response[bytes]:
    """Ask for the events back to the chosen date."""
    chosen = str((await request.form()).get("from", ""))
    async with request.tenant() as tx:
        asked = await reading_history.ask(tx, chosen, request.now)
    if isinstance(asked, Unwanted):
        return await _page(request, error=_refusal(asked), chosen=chosen, status=422)
    flash(request, _("Смена читает события начиная с этой даты. Это не мешает остальной работе."))
    return redirect(PATH)


@post(f"{PATH}/pause", guards=[needs(Ability.CONNECT_ACCOUNT)])
async def pause(request: PageRequest) -> Response[bytes]:
    async with request.tenant() as tx:
        await reading_history.pause(tx)
    return redirect(PATH)


@post(f"{PATH}/go-on", guards=[needs(Ability.CONNECT_ACCOUNT)])
async def go_on(request: PageRequest) -> Response[bytes]:
    async with request.tenant() as tx:
        await reading_history.go_on(tx, request.now)
    return redirect(PATH)


async def _page(
    request: PageRequest, *, error: str = "", chosen: str = "", status: int = 200
) -> Html:
    viewer, shown = request.viewer, None
    if viewer.account is not None:
        async with request.db.tenant(viewer.account) as tx:
            shown = await _view(tx, request.now)
    return page(
        request,
        TEMPLATE,
        title=_("История событий"),
        status=status,
        shown=shown,
        error=error,
        chosen=chosen or (shown.chosen if shown else ""),
    )


async def _view(tx: Tx, now: Any) -> HistoryView | None:
    if await queries.connection(tx) is None:
        return None
    zone = ZoneInfo((await accounts.account(tx)).time_zone)
    found, loaded_from = await reading_queries.history(tx), await reading_queries.loaded_from(tx)
    is_loading = await _is_loading(tx, now)
    start = found.read_to if found and not is_loading else loaded_from
    state, tone = _state(found)
    is_running = found is not None and found.finished_at is None and not found.is_paused
    left = found.left(now) if found and is_running else None
    words = duration_words(round(left.total_seconds())) if left else ""
    return HistoryView(
        since=_since(start.astimezone(zone), is_loading=is_loading) if start else "",
        state=state,
        tone=tone,
        rows=number(found.rows) if found else "",
        left=_("осталось около {time}").format(time=words) if words else "",
        percent=round(found.share * 100) if found else 0,
        is_running=is_running,
        is_loading=is_loading,
        is_paused=found is not None and found.is_paused and found.finished_at is None,
        chosen=found.from_at.astimezone(zone).date().isoformat() if found else "",
    )


async def _is_loading(tx: Tx, now: Any) -> bool:
    """Tell whether the first load has not read all of its events yet: the youngest come first."""
    load = await reading_queries.progress(tx, now)
    stages = load.stages if load else ()
    return any(one.stage is LoadStage.EVENTS and not one.is_done for one in stages)


def _since(start: Any, *, is_loading: bool) -> str:
    if is_loading:
        return _("пока не все: первая загрузка ещё читает их, начиная с {day}").format(
            day=_date(start)
        )
    return _("с {day}").format(day=_date(start))


def _date(moment: Any) -> str:
    return _("{day} {year} года").format(day=day(moment.date()), year=moment.year)


def _state(found: History | None) -> tuple[str, str]:
    if found is None:
        return "", "quiet"
    if found.finished_at is not None:
        return _("прочитано всё до выбранной даты"), "good"
    return (_("на паузе"), "wait") if found.is_paused else (_("читается"), "good")


def _refusal(unwanted: Unwanted) -> str:
    return {
        Unwanted.NOT_A_DATE: _("Выберите дату, например 2025-01-01."),
        Unwanted.TOO_EARLY: _("Такой давней истории в amoCRM нет. Выберите дату позже 2008 года."),
        Unwanted.FUTURE: _("Эта дата ещё не наступила. Выберите день в прошлом."),
    }[unwanted]


ROUTES = (history, want, pause, go_on)
