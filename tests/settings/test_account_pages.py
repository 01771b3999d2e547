"""The settings of an account: what it chooses, and who is told in which language (CORE-6)."""

import re
from collections.abc import AsyncIterator

import httpx2
import pytest
from litestar import get

from smena.access import pages as access
from smena.access.model import Role
from smena.accounts import actions as accounts
from smena.accounts import queries as accounts_queries
from smena.kernel.clock import SetClock
from smena.kernel.db import Database
from smena.settings import routes as settings
from smena.web.page import Html, page
from smena.web.templates import environment
from tests.access.cast import ACME, ANNA_MAIL, MARINA_MAIL, MONDAY_10_00, admit, connect, sign_in
from tests.web.site import Http, make_site, visitor
from tests.web.test_page import token_in

pytestmark = pytest.mark.anyio
PAGE = "/settings/account"


@get("/activity", sync_to_thread=False)
def activity(request: Http) -> Html:
    text = '{% extends "web/base.html" %}{% block content %}{{ _("Роль") }}{% endblock %}'
    return page(request, environment().from_string(text), title="Активность")


@pytest.fixture
async def browser(db: Database) -> AsyncIterator[httpx2.AsyncClient]:
    await connect(db)
    await admit(db, MARINA_MAIL, Role.ADMIN)
    await admit(db, ANNA_MAIL, Role.SUPERVISOR)
    app = make_site(
        routes=[*access.ROUTES, *settings.ROUTES, activity],
        db=db,
        clock=SetClock(MONDAY_10_00),
        middleware=access.MIDDLEWARE,
    )
    async with visitor(app) as found:
        yield found


async def save(browser: httpx2.AsyncClient, address: str = PAGE, **form: str) -> httpx2.Response:
    token = token_in((await browser.get(address)).text)
    return await browser.post(address, data=form | {"_csrf_token": token})


async def zones(db: Database) -> tuple[str, str]:
    async with db.tenant(ACME) as tx:
        account = await accounts_queries.account(tx)
    return account.time_zone, account.crm_time_zone


async def test_a_zone_of_ones_own_stays_whatever_amocrm_reports(
    browser: httpx2.AsyncClient, db: Database
) -> None:
    await sign_in(browser)
    shown = (await browser.get(PAGE)).text
    assert "как в amoCRM (Europe/Moscow)" in shown
    assert '<option value="Asia/Yekaterinburg" label="Екатеринбург, UTC+5">' in shown
    saved = await save(browser, time_zone=" Asia/Yekaterinburg ", language="")
    assert (saved.status_code, saved.headers["location"]) == (303, PAGE)
    async with db.tenant(ACME) as tx:
        await accounts.note_time_zone(tx, "Asia/Omsk")
    assert await zones(db) == ("Asia/Yekaterinburg", "Asia/Omsk")
    await connect(db)
    assert await zones(db) == ("Asia/Yekaterinburg", "Europe/Moscow"), "connected again"
    shown = (await browser.get(PAGE)).text
    assert re.search(r'name="time_zone" type="text" value="Asia/Yekaterinburg"', shown)
    assert "как в amoCRM (Europe/Moscow)" in shown
    await save(browser, time_zone="", language="")
    assert await zones(db) == ("Europe/Moscow", "Europe/Moscow")


async def test_what_does_not_exist_comes_back_with_a_reason(
    browser: httpx2.AsyncClient, db: Database
) -> None:
    await sign_in(browser)
    refused = await save(browser, time_zone="Moon/Crater", language="tlh")
    assert refused.status_code == 422
    assert 'value="Moon/Crater"' in refused.text
    assert "Такого часового пояса нет" in refused.text
    assert "Такого языка нет" in refused.text
    assert await zones(db) == ("Europe/Moscow", "Europe/Moscow")


async def test_the_account_speaks_to_those_who_have_not_chosen(
    browser: httpx2.AsyncClient, db: Database
) -> None:
    await sign_in(browser)
    await save(browser, time_zone="", language="en")
    async with db.tenant(ACME) as tx:
        await accounts.shut_out(tx, "spent")
    told = await browser.get("/activity")
    assert '<html lang="en"' in told.text
    assert "Role" in told.text
    assert "amoCRM has to be connected again: amoCRM has withdrawn the access" in told.text
    browser.cookies.set("language", "ru")
    chosen = await browser.get("/activity")
    assert '<html lang="ru"' in chosen.text
    assert "Роль" in chosen.text
    assert "Нужно подключить amoCRM снова: amoCRM отозвала доступ" in chosen.text


async def test_refusals_speak_the_language_of_the_account(
    browser: httpx2.AsyncClient, db: Database
) -> None:
    async with db.tenant(ACME) as tx:
        assert not await accounts.choose(tx, "", "en")
    await sign_in(browser, ANNA_MAIL)
    assert "No access" in (await browser.get(PAGE)).text


async def test_only_administrators_may(browser: httpx2.AsyncClient) -> None:
    await sign_in(browser, ANNA_MAIL)
    assert (await browser.get(PAGE)).status_code == 403
    token = token_in((await browser.get("/settings/sessions")).text)
    sent = await browser.post(PAGE, data={"time_zone": "Asia/Omsk", "_csrf_token": token})
    assert sent.status_code == 403
