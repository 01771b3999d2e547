"""A small site made of the kit alone, and a way to serve it on a free port."""

import asyncio
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import httpx2
import uvicorn
from litestar import Litestar, Request, Response, get, post
from litestar.exceptions import HTTPException
from litestar.params import FromPath
from litestar.response import Stream
from litestar.types import ASGIApp, ControllerRouterHandler, Receive, Scope, Send
from pydantic import SecretStr

from smena.access.request import PageRequest
from smena.kernel.clock import SetClock
from smena.kernel.crypto import Vault
from smena.kernel.db import Database
from smena.web.app import create_app
from smena.web.live import ServerEvent, stream
from smena.web.nav import NavEntry
from smena.web.page import Html, flash, page, redirect
from smena.web.templates import environment
from tests.patience import patience

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)
HTML = {"accept": "text/html"}
Http = Request[Any, Any, Any]

SPECIMEN = """
{% extends "web/base.html" %}
{% block actions %}{{ kit.date_stepper(shown, today, keep={"panel": "1"}) }}{% endblock %}
{% block content %}
<div class="stack">
<div class="chips">{{ kit.search("q") }}{{ kit.chip("Отдел продаж", "?group=1", is_on=true) }}{{ kit.chip("Новые", "?new=1", count=4) }}</div>
{{ kit.stale("Данные до 12:40: связь с amoCRM прервана.") }}
{% block rows %}
<div id="rows">
{% call kit.table([("Сотрудник", ""), ("Состояние", "shrink"), ("Активность", "number"), ("Звонки", "number wide-only")], caption="Сотрудники") %}
<tr class="table-group"><td colspan="4">Отдел продаж</td></tr>
{% for number, name, state, kind in people %}
<tr><td><a {{ kit.opens_drawer("/person/" ~ number) }}>{{ name }}</a><span class="secondary">09:00–15:24</span></td>
<td class="shrink">{{ kit.status(state, kind) }}</td><td class="number">{{ 17220 | duration }}</td><td class="number wide-only">{{ 4920 | duration }}</td></tr>
{% endfor %}
{% endcall %}
</div>
{% endblock rows %}
<form class="form" id="saving" hx-post="/save" hx-target="#saved"><button class="button button-primary" type="submit">Сохранить</button></form>
<button id="bare" type="button" class="button button-plain" hx-post="/save" hx-target="#saved" hx-headers='{"x-csrf-token": ""}'>Без ключа</button>
<form id="plain" class="form" method="post" action="/plain">{{ csrf_input() }}{{ kit.field("email", "E-mail", error="Это не похоже на адрес e-mail.", hint="Для входа") }}{{ kit.check("agree", "Согласен", hint="Можно отозвать") }}{{ kit.button("Отправить") }}</form>
<p id="saved"></p>
<div id="live" hx-sse:connect="/live" hx-target="#tick">{{ kit.lost() }}<p id="tick">ждём</p></div>
<p id="other"></p>
{{ kit.progress("Сделки", 1200, 3400) }}
{{ kit.empty("Нет событий за 20 ноября: данные собраны полностью.", action="Вчера", href="?date=2026-11-19") }}
{{ kit.error("amoCRM не отвечает.", since="С 12:40", retry="/") }}
{{ kit.skeleton(3) }}
</div>
{% endblock %}
{% block drawer %}{% if person %}{% call kit.drawer(person, close="/", subtitle="Отдел продаж") %}<dl class="facts"><dt>Начало</dt><dd>09:07, позже графика на 7 мин</dd></dl>{% endcall %}{% endif %}{% endblock %}
"""  # noqa: E501 -- a template reads best with a tag to a line

PEOPLE = (
    (1, "Анна Власова", "распределена", "good"),
    (2, "Борис Гусев", "ждёт", "wait"),
    (3, "Вера Дёмина", "ошибка", "bad"),
    (4, "<b>Глеб</b> & Ёлкин", "вне графика", "quiet"),
)


@dataclass(frozen=True)
class Installation:
    """The settings that pages depend on."""

    public_url: str = ""
    language: str = "ru"
    metrics_token: SecretStr | None = None


@dataclass(frozen=True)
class Guest:
    name: str = "Марина Орлова"
    email: str = "marina@example.com"


class EverybodyIsMarina:
    """Stands in for access, which lies above the kit."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})["viewer"] = Guest()
        await self.app(scope, receive, send)


def _specimen(request: Http, person: str | None = None) -> Html:
    shown = date.fromisoformat(request.query_params.get("date", TODAY.isoformat()))
    return page(
        request,
        environment().from_string(SPECIMEN),
        title="Отдел продаж",
        shown=shown,
        today=TODAY,
        people=PEOPLE,
        person=person,
    )


@get("/", sync_to_thread=False)
def home(request: Http) -> Html:
    return _specimen(request)


@get("/person/{number:int}", sync_to_thread=False)
def person(request: Http, number: FromPath[int]) -> Html:
    return _specimen(request, person=PEOPLE[number - 1][1])


@post("/save", status_code=200, sync_to_thread=False)
def save() -> Response[str]:
    return Response("Сохранено", media_type="text/html")


@post("/plain", status_code=303, sync_to_thread=False)
def plain(request: Http) -> Response[bytes]:
    flash(request, "Принято: «да» & <нет>")
    return redirect("/")


@get("/live", sync_to_thread=False)
def live(request: Http) -> Stream:
    async def events() -> Any:
        yield ServerEvent(None, "первое")
        yield ServerEvent(
            None, '<hx-partial hx-target="#other" hx-swap="innerHTML">второе</hx-partial>'
        )
        await asyncio.Event().wait()

    return stream(request, events())


@get("/boom", sync_to_thread=False)
def boom() -> None:
    raise ZeroDivisionError("the secret detail")


@get("/refused/{status:int}", sync_to_thread=False)
def refused(status: FromPath[int]) -> None:
    raise HTTPException(status_code=status)


@post("/hooks/any", status_code=200, exclude_from_csrf=True)
async def webhook(request: Http) -> dict[str, int]:
    return {"bytes": len(await request.body())}


ROUTES: Sequence[ControllerRouterHandler] = (
    home,
    person,
    save,
    plain,
    live,
    boom,
    refused,
    webhook,
)
NAV = (
    NavEntry("/", lambda: "Активность", icon="activity", key="a"),
    NavEntry("/distribution", lambda: "Распределение", icon="split", key="r"),
    NavEntry("/settings", lambda: "Настройки", icon="settings", key="s"),
)


def make_site(**given: Any) -> Litestar:
    """Make the site; `installation` and everything else may be given."""
    values: dict[str, Any] = {
        "db": Database.open("postgresql://nobody@127.0.0.1:1/none"),
        "clock": SetClock(NOON),
        "settings": Installation(),
        "vault": Vault("k" * 40),
        "nav": NAV,
        "middleware": (EverybodyIsMarina,),
        "request_class": PageRequest,
    }
    return create_app(given.pop("routes", ROUTES), **(values | given))


def visitor(
    app: Any, address: str = "203.0.113.7", base_url: str = "http://smena.test"
) -> httpx2.AsyncClient:
    """Return a browser without a screen: requests go straight into the application."""
    transport = httpx2.ASGITransport(app, client=(address, 40000))
    return httpx2.AsyncClient(transport=transport, base_url=base_url, headers=HTML)


class _Quiet(uvicorn.Server):
    """A server in a thread: signals belong to the test process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextmanager
def served(app: Litestar) -> Iterator[str]:
    """Serve on a free port of this machine and yield the address."""
    listening = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=5)
    server = _Quiet(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield address
    finally:
        server.should_exit = True
        thread.join(timeout=patience())
        assert not thread.is_alive(), "the server did not stop"
