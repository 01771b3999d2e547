"""A module that is off: no pages, no entry in the menu, a word about it instead (CORE-6)."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from litestar import get

from smena.access import pages as access
from smena.access.model import Role
from smena.accounts import actions as accounts
from smena.accounts import queries as accounts_queries
from smena.accounts.model import Module, Switch
from smena.app.wiring import navigation
from smena.kernel.clock import SetClock
from smena.kernel.db import Database
from smena.settings import routes as settings
from smena.web.page import Html, page
from smena.web.templates import environment
from tests.access.cast import ACME, ANNA_MAIL, MARINA_MAIL, MONDAY_10_00, admit, connect, sign_in
from tests.web.site import Http, make_site, visitor
from tests.web.test_page import token_in

pytestmark = pytest.mark.anyio
SWITCHES = "/settings/account/modules"
LATER = MONDAY_10_00 + timedelta(hours=1)


@get(["/activity", "/distribution/results", "/activity-of-others"], sync_to_thread=False)
def work(request: Http) -> Html:
    text = '{% extends "web/base.html" %}{% block content %}Работа{% endblock %}'
    return page(request, environment().from_string(text), title="Раздел")


@get("/activity/live")
async def watch(request: Http) -> list[bool]:
    allowed: Any = request.scope["state"]["still_allowed"]
    answers = [await allowed()]
    await switch(request.app.state.db, Module.ACTIVITY, is_on=False)
    return [*answers, await allowed()]


async def switch(db: Database, module: Module, *, is_on: bool) -> None:
    async with db.tenant(ACME) as tx:
        await accounts.switch(tx, module, LATER, is_on=is_on)


@pytest.fixture
async def browser(db: Database) -> AsyncIterator[httpx2.AsyncClient]:
    await connect(db)
    await admit(db, MARINA_MAIL, Role.ADMIN)
    await admit(db, ANNA_MAIL, Role.SUPERVISOR)
    app = make_site(
        routes=[*access.ROUTES, *settings.ROUTES, work, watch],
        db=db,
        clock=SetClock(MONDAY_10_00),
        nav=navigation(),
        middleware=access.MIDDLEWARE,
    )
    async with visitor(app) as found:
        yield found


async def press(browser: httpx2.AsyncClient, module: Module, is_on: str) -> httpx2.Response:
    address = f"{SWITCHES}/{module.value}"
    token = token_in((await browser.get(address)).text)
    return await browser.post(address, data={"is_on": is_on, "_csrf_token": token})


async def test_what_follows_is_said_before(browser: httpx2.AsyncClient) -> None:
    await sign_in(browser)
    asked = (await browser.get(f"{SWITCHES}/distribution")).text
    assert "Выключить «Распределение»?" in asked
    assert "Новые сделки никому не передаются" in asked
    done = await press(browser, Module.DISTRIBUTION, "0")
    assert (done.status_code, done.headers["location"]) == (303, "/settings/account")
    listed = (await browser.get("/settings/account")).text
    assert "Выключено: Распределение." in listed
    assert "выключен с 16 ноября, 13:00" in listed
    assert "сами не раздаются" in (await browser.get(f"{SWITCHES}/distribution")).text
    assert (await browser.get(f"{SWITCHES}/telephony")).status_code == 404


async def test_pages_and_menu_go_and_come_back(browser: httpx2.AsyncClient) -> None:
    await sign_in(browser)
    assert (await browser.get("/")).headers["location"] == "/activity"
    await press(browser, Module.ACTIVITY, "0")
    instead = await browser.get("/activity")
    assert "выключен" in instead.text
    assert f'href="{SWITCHES}/activity"' in instead.text
    assert "Работа" not in instead.text
    assert 'href="/activity"' not in instead.text
    assert "Работа" in (await browser.get("/activity-of-others")).text, "only whole parts of a path"
    assert "Работа" in (await browser.get("/distribution/results")).text
    assert (await browser.get("/")).headers["location"] == "/distribution"
    await press(browser, Module.DISTRIBUTION, "0")
    assert (await browser.get("/")).headers["location"] == "/settings"
    await press(browser, Module.ACTIVITY, "1")
    assert "Работа" in (await browser.get("/activity")).text


async def test_others_are_told_whom_to_ask(browser: httpx2.AsyncClient, db: Database) -> None:
    await switch(db, Module.ACTIVITY, is_on=False)
    await sign_in(browser, ANNA_MAIL)
    instead = (await browser.get("/activity")).text
    assert "Включить его может администратор: Marina." in instead
    assert SWITCHES not in instead
    machine = await browser.get("/activity", headers={"accept": "application/json"})
    assert machine.status_code == 403
    part = await browser.get("/activity", headers={"hx-request": "true"})
    assert (part.status_code, part.headers["hx-redirect"]) == (403, "/activity")
    assert (await browser.get(f"{SWITCHES}/activity")).status_code == 403


async def test_a_live_page_ends_with_its_module(browser: httpx2.AsyncClient) -> None:
    await sign_in(browser)
    assert (await browser.get("/activity/live")).json() == [True, False]


async def test_pressing_twice_does_not_move_the_moment(db: Database) -> None:
    await connect(db)
    async with db.tenant(ACME) as tx:
        assert await accounts_queries.switch(tx, Module.ACTIVITY) == Switch()
        await accounts.switch(tx, Module.ACTIVITY, MONDAY_10_00, is_on=False)
        await accounts.switch(tx, Module.ACTIVITY, LATER, is_on=False)
        found = await accounts_queries.switches(tx)
    assert found == {
        Module.ACTIVITY: Switch(is_on=False, since=MONDAY_10_00),
        Module.DISTRIBUTION: Switch(),
    }
