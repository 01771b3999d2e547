"""Before activation every page says what is missing; afterwards nobody notices (CORE-1)."""

import hashlib
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from litestar import get

import smena.access
from smena.access import pages as access
from smena.access.model import Role
from smena.accounts import actions as accounts
from smena.accounts.model import CONSENT_VERSION, AccountState
from smena.kernel.clock import SetClock
from smena.kernel.db import Database
from smena.settings import routes as settings
from smena.web.page import Html, page
from smena.web.templates import environment
from tests.access.cast import ACME, ANNA_MAIL, MARINA_MAIL, MONDAY_10_00, admit, connect, sign_in
from tests.web.site import Http, make_site, visitor
from tests.web.test_page import token_in

pytestmark = pytest.mark.anyio
FORM = "/settings/activation"
CONSENTS = {1: "b1575d5ecbea"}
"""Each version of the consent and the digest of its text: a change needs a new version."""


@get("/activity", sync_to_thread=False)
def activity(request: Http) -> Html:
    text = '{% extends "web/base.html" %}{% block content %}Личные данные{% endblock %}'
    return page(request, environment().from_string(text), title="Активность")


@pytest.fixture
async def browser(db: Database) -> AsyncIterator[httpx2.AsyncClient]:
    await connect(db, is_activated=False)
    await admit(db, MARINA_MAIL, Role.ADMIN)
    await admit(db, ANNA_MAIL, Role.EMPLOYEE)
    app = make_site(
        routes=[*access.ROUTES, *settings.ROUTES, activity],
        db=db,
        clock=SetClock(MONDAY_10_00),
        middleware=access.MIDDLEWARE,
    )
    async with visitor(app) as found:
        yield found


async def activate(browser: httpx2.AsyncClient, **changes: str) -> httpx2.Response:
    seen = await browser.get(FORM)
    form = {
        "name": "Марина Орлова", "phone": "+7 900 123-45-67", "role": "РОП", "agrees": "1",
        "version": str(CONSENT_VERSION), "_csrf_token": token_in(seen.text),
    }  # fmt: skip
    return await browser.post(FORM, data=form | changes)


async def test_an_administrator_is_led_to_the_form_and_then_to_work(
    browser: httpx2.AsyncClient,
) -> None:
    await sign_in(browser, MARINA_MAIL)
    shown = await browser.get("/activity")
    assert "ещё не активирован" in shown.text
    assert f'href="{FORM}"' in shown.text
    assert "Личные данные" not in shown.text
    assert "Аккаунт не активирован" not in (await browser.get(FORM)).text, "the form says it itself"
    assert "Аккаунт не активирован" in (await browser.get("/settings/sessions")).text
    assert (await activate(browser)).headers["location"] == "/"
    done = await browser.get("/activity")
    assert "Личные данные" in done.text
    assert "не активирован" not in done.text
    form = await browser.get(FORM)
    assert "Согласие дано 16 ноября 2026 в 13:00, marina@acme.example" in form.text


async def test_others_are_told_whom_to_ask(browser: httpx2.AsyncClient) -> None:
    await sign_in(browser, ANNA_MAIL)
    shown = await browser.get("/activity")
    assert shown.status_code == 200
    assert "Marina" in shown.text
    assert f'href="{FORM}"' not in shown.text
    assert (await browser.get(FORM)).status_code == 403
    sessions = await browser.get("/settings/sessions")
    assert "Аккаунт не активирован" in sessions.text, "settings say it too"


async def test_a_flawed_form_says_what_to_correct_and_keeps_the_rest(
    browser: httpx2.AsyncClient,
) -> None:
    await sign_in(browser, MARINA_MAIL)
    answer = await activate(browser, phone="нет", agrees="", name="<b>Марина</b>")
    assert answer.status_code == 422
    assert "В номере от 7 до 15 цифр" in answer.text
    assert "Без согласия аккаунт не активировать." in answer.text
    assert "<b>Марина" not in answer.text
    assert "&lt;b&gt;Марина" in answer.text
    stale = await activate(browser, version="0")
    assert "текст согласия изменился" in stale.text


async def test_parts_of_pages_and_machines_are_refused(browser: httpx2.AsyncClient) -> None:
    await sign_in(browser, MARINA_MAIL)
    part = await browser.get("/activity", headers={"hx-request": "true"})
    assert (part.status_code, part.headers["hx-redirect"]) == (403, FORM)
    machine = await browser.get("/activity", headers={"accept": "application/json"})
    assert machine.status_code == 403
    assert "Личные данные" not in part.text + machine.text


async def test_a_newer_text_asks_again(browser: httpx2.AsyncClient, db: Database) -> None:
    await sign_in(browser, MARINA_MAIL)
    await activate(browser)
    async with db.tenant(ACME) as tx:
        await tx.run("UPDATE account_activation SET version = version - 1")
    shown = await browser.get("/activity")
    assert "Текст согласия изменился" in shown.text
    form = await browser.get(FORM)
    assert 'value="Марина Орлова"' in form.text
    assert "checked" not in form.text, "a consent is never given for somebody"


@pytest.mark.parametrize(
    ("email", "expected"),
    [
        (MARINA_MAIL, 'href="/settings/connection#ways"'),
        (ANNA_MAIL, "Подключить её снова может: Marina"),
    ],
)
async def test_a_lost_connection_is_told_on_every_page(
    browser: httpx2.AsyncClient, db: Database, email: str, expected: str
) -> None:
    await sign_in(browser, MARINA_MAIL)
    await activate(browser)
    await browser.post("/sign-out", data={"_csrf_token": token_in((await browser.get(FORM)).text)})
    async with db.tenant(ACME) as tx:
        await accounts.set_state(tx, AccountState.SIGN_IN_AGAIN, "amoCRM отозвала доступ")
    await sign_in(browser, email)
    for path in ("/activity", "/settings/sessions"):
        assert expected in (await browser.get(path)).text


def test_a_changed_consent_has_a_new_version() -> None:
    path = Path(smena.access.__file__).parent / "templates/access/_consent.html"
    text = " ".join(re.findall(r'_\("(.*?)"\)', path.read_text()))
    assert CONSENTS[CONSENT_VERSION] == hashlib.sha256(text.encode()).hexdigest()[:12]
