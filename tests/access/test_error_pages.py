"""An error page keeps the menu of whoever is signed in, and never fails itself."""

import httpx2
import pytest
from litestar import get

from smena.access import pages as access
from smena.access.model import Role
from smena.accounts import actions as accounts
from smena.kernel.clock import SetClock
from smena.kernel.db import Database
from smena.settings import routes as settings
from smena.web.nav import AnyRequest, NavEntry
from tests.access.cast import ACME, ANNA_MAIL, MARINA_MAIL, MONDAY_10_00, admit, connect, sign_in
from tests.web.site import HTML, NAV, make_site, visitor

pytestmark = pytest.mark.anyio
RAIL = '<nav class="rail"'


@get("/boom", sync_to_thread=False)
def boom() -> None:
    raise ZeroDivisionError


def site(db: Database, shown: NavEntry | None = None) -> httpx2.AsyncClient:
    app = make_site(
        routes=[*access.ROUTES, *settings.ROUTES, boom],
        db=db,
        clock=SetClock(MONDAY_10_00),
        middleware=access.MIDDLEWARE,
        re_authenticate=access.RE_AUTHENTICATE,
        nav=[*NAV, *([shown] if shown else [])],
    )
    return visitor(app)


@pytest.fixture
async def acme(db: Database) -> Database:
    await connect(db)
    await admit(db, MARINA_MAIL, Role.ADMIN)
    await admit(db, ANNA_MAIL, Role.SUPERVISOR)
    return db


@pytest.mark.parametrize(
    ("path", "status"),
    [("/nowhere", 404), ("/settings/account", 403), ("/account", 405), ("/boom", 500)],
)
async def test_the_menu_stays_for_who_is_signed_in(acme: Database, path: str, status: int) -> None:
    async with site(acme) as browser:
        await sign_in(browser, ANNA_MAIL)
        told = await browser.get(path)
        assert told.status_code == status
        assert RAIL in told.text
        assert ANNA_MAIL in told.text


async def test_a_form_that_was_open_too_long_keeps_the_menu(acme: Database) -> None:
    async with site(acme) as browser:
        await sign_in(browser, ANNA_MAIL)
        told = await browser.post("/sign-out", data={"_csrf_token": "old"})
        assert (told.status_code, RAIL in told.text) == (403, True)


async def test_a_stranger_gets_the_plain_page(acme: Database) -> None:
    async with site(acme) as browser:
        told = await browser.get("/nowhere")
        assert (told.status_code, RAIL in told.text) == (404, False)
        browser.cookies.set("session", "guess")
        assert RAIL not in (await browser.get("/nowhere")).text


async def test_the_page_speaks_the_account_s_language(acme: Database) -> None:
    async with acme.tenant(ACME) as tx:
        assert not await accounts.choose(tx, "", "en")
    async with site(acme) as browser:
        await sign_in(browser, ANNA_MAIL)
        assert "<h1>Page not found</h1>" in (await browser.get("/nowhere")).text


async def test_without_a_database_there_is_still_a_page(acme: Database) -> None:
    async with site(acme) as browser:
        await sign_in(browser, ANNA_MAIL)
        cookies = dict(browser.cookies)
    nobody = Database.open("postgresql://nobody@127.0.0.1:1/none")
    async with site(nobody) as browser:
        browser.cookies.update(cookies)
        told = await browser.get("/nowhere")
        assert (told.status_code, RAIL in told.text) == (404, False)
        assert "Страница не найдена" in told.text


async def test_a_menu_that_fails_does_not_take_the_page_with_it(acme: Database) -> None:
    def fails(_request: AnyRequest) -> bool:
        raise ZeroDivisionError

    async with site(acme, NavEntry("/fails", lambda: "Сбой", shown=fails)) as browser:
        await sign_in(browser, ANNA_MAIL)
        told = await browser.get("/nowhere", headers=HTML)
        assert (told.status_code, RAIL in told.text) == (404, False)
        assert "Страница не найдена" in told.text
