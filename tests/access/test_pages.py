"""Access over HTTP: the real application with the real middleware."""

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from litestar import get, post

from smena.access import pages as access
from smena.access.core.lifetime import IDLE_MAX
from smena.access.guard import needs
from smena.access.model import Ability, Role
from smena.access.queries import account_of, viewer
from smena.crm.mirror.ingest import ingest
from smena.crm.model.entities import Changes, GroupId, Source, User
from smena.crm.model.reading import Reading
from smena.kernel.clock import SetClock
from smena.kernel.db import Database
from smena.settings import routes as settings
from smena.web.nav import NavEntry
from tests.access.cast import (
    ACME,
    ANNA,
    ANNA_MAIL,
    MARINA_MAIL,
    MONDAY_10_00,
    OTHER,
    PASSWORD,
    admit,
    connect,
)
from tests.web.site import Http, make_site, visitor
from tests.web.test_page import token_in

pytestmark = pytest.mark.anyio
FORM = {"content-type": "application/x-www-form-urlencoded"}


@get("/activity")
async def activity(request: Http) -> str:
    return f"{viewer(request).name} in {account_of(request)}"


@get("/health", guards=[needs(Ability.SEE_HEALTH)])
async def health(request: Http) -> str:
    return "well"


@get("/settings/connection", guards=[needs(Ability.CONNECT_ACCOUNT)])
async def connection(request: Http) -> str:
    return "connect"


@post("/hooks/amocrm/1/key", exclude_from_csrf=True, status_code=200)
async def webhook() -> str:
    return "kept"


NAV = (
    NavEntry("/activity", lambda: "Активность", icon="activity", key="a"),
    NavEntry(
        "/settings",
        lambda: "Настройки",
        icon="settings",
        children=(
            NavEntry(
                "/settings/people",
                lambda: "Люди",
                shown=access.shown_to(Ability.MANAGE_PEOPLE),
            ),
            NavEntry("/settings/sessions", lambda: "Сеансы"),
        ),
    ),
)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(MONDAY_10_00)


@pytest.fixture
async def browser(db: Database, clock: SetClock) -> AsyncIterator[httpx2.AsyncClient]:
    app = make_site(
        routes=[*access.ROUTES, *settings.ROUTES, activity, health, connection, webhook],
        db=db,
        clock=clock,
        nav=NAV,
        menu=access.MENU,
        middleware=access.MIDDLEWARE,
    )
    async with visitor(app) as client:
        yield client


@pytest.fixture
async def acme(db: Database) -> Database:
    """Account Acme with its administrator Marina and the CRM's employee Anna."""
    await connect(db)
    await admit(db)
    anna = User(ANNA, "Анна Власова", ANNA_MAIL, GroupId(1), is_active=True, is_admin=False)
    async with db.tenant(ACME) as tx:
        await ingest(tx, Reading(Changes(source=Source.API, users=(anna,))), MONDAY_10_00)
    return db


async def send(browser: httpx2.AsyncClient, path: str, **form: str) -> httpx2.Response:
    """Send a form the way a page does."""
    page = await browser.get("/sign-in")
    if page.status_code == 303:
        page = await browser.get("/settings/sessions")
    return await browser.post(path, data={"_csrf_token": token_in(page.text)} | form)


async def sign_in(
    browser: httpx2.AsyncClient, email: str = MARINA_MAIL, password: str = PASSWORD, **more: str
) -> httpx2.Response:
    return await send(browser, "/sign-in", email=email, password=password, **more)


@pytest.mark.parametrize(
    ("path", "back"),
    [
        ("/activity?date=2026-11-16", "/sign-in?next=/activity%3Fdate%3D2026-11-16"),
        ("/", "/sign-in"),
        ("/settings/people", "/sign-in?next=/settings/people"),
    ],
)
async def test_a_stranger_is_asked_to_sign_in(
    browser: httpx2.AsyncClient, path: str, back: str
) -> None:
    answer = await browser.get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, back)


async def test_a_stranger_learns_nothing_from_scripts_and_forms(
    browser: httpx2.AsyncClient,
) -> None:
    live = {"hx-request": "true", "hx-current-url": "http://smena.test/activity?date=2026-11-16"}
    answer = await browser.get("/activity", headers=live)
    assert answer.status_code == 401
    assert answer.headers["hx-redirect"] == "/sign-in?next=/activity%3Fdate%3D2026-11-16"
    program = await browser.get("/activity", headers={"accept": "application/json"})
    assert program.status_code == 401
    form = await browser.post("/settings/people", data={})
    assert form.status_code == 303
    assert form.headers["location"] == "/sign-in"


async def test_open_doors(browser: httpx2.AsyncClient) -> None:
    assert (await browser.get("/sign-in")).status_code == 200
    assert (await browser.get("/static/web/kit.css")).status_code == 200
    assert (await browser.get("/healthz")).status_code == 200
    assert (await browser.post("/hooks/amocrm/1/key")).status_code == 200


def test_every_other_page_is_closed() -> None:
    """A handler that forgets to think of access is closed: only these said that they are open."""
    app = make_site(routes=[*access.ROUTES, *settings.ROUTES], middleware=access.MIDDLEWARE)
    said = {
        path
        for route in app.routes
        for handler in getattr(route, "route_handlers", ())
        if handler.opt.get("open")
        for path in [route.path]
    }
    assert said == {
        "/healthz",
        "/metrics",
        "/preferences",
        "/sign-in",
        "/static/{path:path}",
    }


async def test_signing_in_leads_back(acme: Database, browser: httpx2.AsyncClient) -> None:
    answer = await sign_in(browser, next="/activity?date=2026-11-16")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/activity?date=2026-11-16"
    assert (await browser.get("/activity")).text == f"Marina in {ACME}"


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/\\evil.example"])
async def test_signing_in_leads_nowhere_else(
    acme: Database, browser: httpx2.AsyncClient, back: str
) -> None:
    answer = await sign_in(browser, next=back)
    assert answer.headers["location"] == "/"


async def test_the_cookie_is_for_the_server_only(
    acme: Database, browser: httpx2.AsyncClient
) -> None:
    answer = await sign_in(browser)
    (cookie,) = [one for one in answer.headers.get_list("set-cookie") if one.startswith("session=")]
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))


async def test_a_wrong_password_keeps_the_form(acme: Database, browser: httpx2.AsyncClient) -> None:
    answer = await sign_in(browser, password="не тот пароль", next="/activity")
    assert answer.status_code == 422
    assert "E-mail или пароль не подходит." in answer.text
    assert f'value="{MARINA_MAIL}"' in answer.text
    assert 'name="next" value="/activity"' in answer.text
    assert "не тот пароль" not in answer.text


async def test_guessing_is_told_to_wait(acme: Database, browser: httpx2.AsyncClient) -> None:
    for _ in range(5):
        await sign_in(browser, password="не тот пароль")
    answer = await sign_in(browser)
    assert answer.status_code == 429
    assert "Повторите через 1 секунду." in answer.text


async def test_signing_in_without_a_key_is_refused(
    acme: Database, browser: httpx2.AsyncClient
) -> None:
    answer = await browser.post("/sign-in", data={"email": MARINA_MAIL, "password": PASSWORD})
    assert answer.status_code == 403
    assert "session" not in browser.cookies


async def test_a_planted_session_is_not_taken_over(
    acme: Database, browser: httpx2.AsyncClient
) -> None:
    browser.cookies.set("session", "planted-by-somebody", domain="smena.test")
    await sign_in(browser)
    assert browser.cookies["session"] != "planted-by-somebody"


async def test_signing_out_ends_the_session_itself(
    acme: Database, browser: httpx2.AsyncClient
) -> None:
    await sign_in(browser)
    kept = browser.cookies["session"]
    answer = await send(browser, "/sign-out")
    assert answer.headers["location"] == "/sign-in"
    assert "session" not in browser.cookies
    browser.cookies.set("session", kept, domain="smena.test")
    assert (await browser.get("/activity")).status_code == 303


async def test_an_idle_session_asks_again(
    acme: Database, browser: httpx2.AsyncClient, clock: SetClock
) -> None:
    await sign_in(browser)
    clock.advance(IDLE_MAX)
    assert (await browser.get("/activity")).headers["location"].startswith("/sign-in")


async def test_sessions_are_shown_and_ended(acme: Database, browser: httpx2.AsyncClient) -> None:
    await sign_in(browser)
    elsewhere = browser.cookies["session"]
    browser.cookies.clear()
    await sign_in(browser)
    page = (await browser.get("/settings/sessions")).text
    assert page.count("data-session=") == 2
    assert "16 ноября, 13:00" in page
    (other,) = re.findall(r'action="/settings/sessions/([0-9a-f-]{36})/end"', page)
    await send(browser, f"/settings/sessions/{other}/end")
    page = (await browser.get("/settings/sessions")).text
    assert "Сеанс завершён." in page
    assert page.count("data-session=") == 1
    browser.cookies.set("session", elsewhere, domain="smena.test")
    assert (await browser.get("/activity")).status_code == 303


async def test_people_are_for_administrators(acme: Database, browser: httpx2.AsyncClient) -> None:
    await admit(acme, ANNA_MAIL, Role.EMPLOYEE, crm_user=ANNA)
    await sign_in(browser, ANNA_MAIL)
    assert (await browser.get("/settings/people")).status_code == 403
    answer = await send(browser, "/settings/people", email="new@acme.example", role="admin")
    assert answer.status_code == 403
    assert (await browser.get("/health")).status_code == 403
    page = (await browser.get("/settings/sessions")).text
    assert 'href="/settings/people"' not in page
    assert (await browser.get("/settings")).headers["location"] == "/settings/sessions"


async def test_somebody_is_let_in(acme: Database, browser: httpx2.AsyncClient) -> None:
    await sign_in(browser)
    given = {"email": "Anna@Acme.example", "name": "Анна", "role": "supervisor"}
    answer = await send(browser, "/settings/people", crm_user=str(ANNA), **given)
    found = re.search(r'<code class="password">([\w-]+)</code>', answer.text)
    assert found is not None
    assert found[1] not in (await browser.get("/settings/people")).text
    browser.cookies.clear()
    await sign_in(browser, ANNA_MAIL, found[1])
    assert (await browser.get("/activity")).text == f"Анна in {ACME}"


async def test_an_unknown_employee_is_not_linked(
    acme: Database, browser: httpx2.AsyncClient
) -> None:
    await sign_in(browser)
    await send(browser, "/settings/people", email=ANNA_MAIL, role="king", crm_user="123")
    async with acme.system() as tx:
        row = await tx.row(
            "SELECT role, crm_user_id FROM membership WHERE crm_user_id IS NULL AND role <> 'admin'"
        )
    assert row is not None
    assert tuple(row) == ("employee", None)


async def test_a_person_is_changed_in_the_drawer(
    acme: Database, browser: httpx2.AsyncClient
) -> None:
    anna = await admit(acme, ANNA_MAIL, Role.EMPLOYEE)
    await sign_in(browser)
    page = (await browser.get(f"/settings/people/{anna}")).text
    assert 'id="drawer-title"' in page
    answer = await send(
        browser, f"/settings/people/{anna}", role="supervisor", crm_user=str(ANNA), is_active="1"
    )
    assert answer.headers["location"] == "/settings/people"
    page = (await browser.get("/settings/people")).text
    assert "Доступ изменён: Anna." in page
    assert "Руководитель" in page
    assert "Анна Власова" in page


async def test_the_last_administrator_stays(acme: Database, browser: httpx2.AsyncClient) -> None:
    await sign_in(browser)
    page = (await browser.get("/settings/people")).text
    (marina,) = re.findall(r'data-person="(\d+)"', page)
    answer = await send(browser, f"/settings/people/{marina}", role="employee", is_active="1")
    assert answer.status_code == 422
    assert "Это последний администратор аккаунта" in answer.text


async def test_people_of_another_account_are_nobody(
    acme: Database, browser: httpx2.AsyncClient
) -> None:
    await connect(acme, OTHER, "Другой")
    stranger = await admit(acme, "stranger@other.example", account=OTHER)
    await sign_in(browser)
    path = f"/settings/people/{stranger}"
    assert (await browser.get(path)).status_code == 404
    assert (await send(browser, path, role="employee")).status_code == 404
    assert (await send(browser, f"{path}/sessions/end")).status_code == 404


async def test_an_operator_is_led_to_the_connection(
    db: Database, browser: httpx2.AsyncClient
) -> None:
    await admit(db, account=None)
    await sign_in(browser)
    for path in ("/", "/activity", "/settings/people"):
        assert (await browser.get(path)).headers["location"] == "/settings/connection"
    assert (await browser.get("/settings/connection")).text == "connect"
    assert (await browser.get("/settings/sessions")).status_code == 200


async def test_somebody_without_an_account_is_told_why(
    acme: Database, browser: httpx2.AsyncClient
) -> None:
    anna = await admit(acme, ANNA_MAIL, Role.EMPLOYEE)
    await sign_in(browser)
    await send(browser, f"/settings/people/{anna}", role="employee")
    browser.cookies.clear()
    await sign_in(browser, ANNA_MAIL)
    assert (await browser.get("/activity")).headers["location"] == "/accounts"
    assert "У вас пока нет доступа" in (await browser.get("/accounts")).text


async def test_the_account_is_switched(acme: Database, browser: httpx2.AsyncClient) -> None:
    await connect(acme, OTHER, "Другой")
    await admit(acme, account=OTHER)
    await sign_in(browser)
    shown = (await browser.get("/settings/sessions")).text
    assert 'href="/accounts"' in shown
    assert _open_account(shown) == "Акме"
    before = browser.cookies["session"]
    await send(browser, "/account", account=str(OTHER))
    assert browser.cookies["session"] != before
    assert (await browser.get("/activity")).text == f"Marina in {OTHER}"
    assert _open_account((await browser.get("/settings/sessions")).text) == "Другой"
    assert (await send(browser, "/account", account="999")).status_code == 404
    assert (await send(browser, "/account", account="x")).status_code == 404


async def test_the_password_is_changed(acme: Database, browser: httpx2.AsyncClient) -> None:
    await sign_in(browser)
    wrong = await send(browser, "/settings/password", old="не тот", new="девять тихих сосен")
    assert wrong.status_code == 422
    assert "Текущий пароль не подходит." in wrong.text
    right = await send(browser, "/settings/password", old=PASSWORD, new="девять тихих сосен")
    assert right.status_code == 303
    browser.cookies.clear()
    assert (await sign_in(browser)).status_code == 422
    assert (await sign_in(browser, password="девять тихих сосен")).status_code == 303


async def test_a_live_stream_asks_again_whether_it_may(acme: Database, clock: SetClock) -> None:
    answers: list[bool] = []

    @get("/watch")
    async def watch(request: Http) -> str:
        allowed: Any = request.scope["state"]["still_allowed"]
        answers.append(await allowed())
        async with acme.system() as tx:
            await tx.run("UPDATE membership SET is_active = false")
        answers.append(await allowed())
        return ""

    app = make_site(
        routes=[*access.ROUTES, *settings.ROUTES, watch],
        db=acme,
        clock=clock,
        middleware=access.MIDDLEWARE,
    )
    async with visitor(app) as browser:
        await sign_in(browser)
        await browser.get("/watch")
    assert answers == [True, False]


def _open_account(text: str) -> str:
    """Return the name that the menu gives the open account."""
    return text.partition('class="rail-account"')[2].partition('"rail-word">')[2].partition("<")[0]
