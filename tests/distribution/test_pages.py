"""The pages of distribution through the real application."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import httpx2
import pytest
from litestar.types import ASGIApp, Receive, Scope, Send

from smena.access.model import PersonId, Role, SessionId, Viewer
from smena.crm.outbox import actions
from smena.distribution import pages, queries
from smena.distribution.model import ResultFilter
from smena.kernel.clock import SetClock
from smena.kernel.db import Database
from tests.distribution.cast import (
    ACME,
    ANNA,
    BORIS,
    MONDAY_10_00,
    OFFICE,
    SALES,
    VERA,
    absorb,
    decide_all,
    leads_come,
    make_template,
    new_lead,
    open_account,
    people,
)
from tests.web.site import make_site, visitor
from tests.web.test_page import token_in

pytestmark = pytest.mark.anyio
RESULTS, TEMPLATES = "/distribution/results", "/distribution/templates"
BEYOND_BIGINT = 10**20


@dataclass(slots=True)
class Reader:
    """Somebody signed in, in front of the pages."""

    browser: httpx2.AsyncClient
    db: Database

    async def text(self, path: str, status: int = 200) -> str:
        answer = await self.browser.get(path)
        assert answer.status_code == status, path
        return answer.text

    async def save(self, path: str, **form: str | list[str]) -> httpx2.Response:
        shown = await self.text(path)
        version = re.search(r'name="version" value="(\d+)"', shown)
        assert version is not None
        sent = {"_csrf_token": token_in(shown), "version": version[1], "pipeline": str(SALES)}
        return await self.browser.post(path, data=sent | form)


def reader_of(db: Database, role: Role) -> httpx2.AsyncClient:
    person = PersonId(1), ACME, "Марина Орлова", "marina@example.com", role, ANNA
    viewer = Viewer(*person, SessionId(UUID(int=1)))

    class SignedIn:
        def __init__(self, app: ASGIApp) -> None:
            self.app = app

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("state", {})["viewer"] = viewer
            await self.app(scope, receive, send)

    clock = SetClock(MONDAY_10_00 + timedelta(minutes=5))
    return visitor(make_site(routes=pages.ROUTES, db=db, clock=clock, middleware=(SignedIn,)))


@pytest.fixture
async def admin(db: Database) -> AsyncIterator[Reader]:
    await open_account(db)
    async with reader_of(db, Role.ADMIN) as browser:
        yield Reader(browser, db)


async def given_leads(db: Database, *numbers: int) -> None:
    await make_template(db, ANNA, BORIS, VERA)
    await leads_come(db, *(new_lead(number) for number in numbers))
    await decide_all(db)


def leads_in(text: str) -> list[int]:
    """Return the leads of the table, top to bottom."""
    return [int(found) for found in re.findall(r'<tr data-lead="(\d+)"', text)]


async def test_results_show_the_time_the_lead_the_person_and_the_state(admin: Reader) -> None:
    await given_leads(admin.db, 41, 42)
    text = await admin.text(RESULTS)
    assert leads_in(text) == [42, 41]
    row = re.findall(r'<tr data-lead="41".*?</tr>', text, re.DOTALL)[0]
    assert f'data-user="{ANNA}"' in row
    assert 'data-state="sent"' in row
    for word in ("13:02:00", "Сделка 41", "Анна", "передаётся в amoCRM", "leads/detail/41"):
        assert word in row


async def test_while_the_account_only_watches_nobody_is_told_that_leads_are_handed_over(
    admin: Reader,
) -> None:
    async with admin.db.tenant(ACME) as tx:
        await actions.stop_sending(tx, MONDAY_10_00)
    await given_leads(admin.db, 41)
    text = await admin.text(RESULTS)
    assert "была бы передана: режим «только смотреть»" in text
    assert "передаётся в amoCRM" not in text


async def test_one_lead_can_be_asked_for(admin: Reader) -> None:
    await given_leads(admin.db, 41, 42)
    assert leads_in(await admin.text(f"{RESULTS}?lead=42")) == [42]
    assert "По этим условиям ничего не распределялось." in await admin.text(f"{RESULTS}?lead=43")


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("lead=abc", "Номер должен состоять из цифр"),
        (f"lead={BEYOND_BIGINT}", "Номер должен состоять из цифр"),
        ("user=-1", "Номер должен состоять из цифр"),
        ("state=blue", "Такого статуса нет."),
        ("date=yesterday", "Дата не читается"),
        ("date=0001-01-01", "Дата не читается"),
        ("date=9999-12-31", "Дата не читается"),
    ],
)
async def test_a_filter_that_makes_no_sense_is_told(
    admin: Reader, query: str, message: str
) -> None:
    await given_leads(admin.db, 41)
    text = await admin.text(f"{RESULTS}?{query}")
    assert message in text
    assert leads_in(text) == [41]


async def test_steps_name_people_once_and_whoever_dropped_out(admin: Reader) -> None:
    await make_template(admin.db, ANNA, BORIS, VERA)
    await absorb(admin.db, people(VERA))
    await leads_come(admin.db, new_lead(41))
    await decide_all(admin.db)
    async with admin.db.tenant(ACME) as tx:
        number = (await queries.results(tx, ResultFilter()))[0].id
    text = await admin.text(f"{RESULTS}/{number}")
    steps = re.findall(r"<li>.*?</li>", text.split('class="steps"')[1], re.DOTALL)
    assert len(steps) == 5
    assert "Анна, Борис, Вера" in steps[0]
    assert "Анна, Борис<" in steps[1]
    assert "Не прошли (отключены в amoCRM): Вера" in steps[1]
    assert "Борис" not in steps[2] + steps[3], "the same people are not named again"
    assert "Анна<" in steps[4]


@pytest.mark.parametrize("path", [f"{RESULTS}/{{}}", f"{TEMPLATES}/{{}}"])
@pytest.mark.parametrize("number", [404, BEYOND_BIGINT])
async def test_what_is_not_there(admin: Reader, path: str, number: int) -> None:
    assert "нет" in await admin.text(path.format(number), status=404)


async def test_before_there_is_a_template(admin: Reader) -> None:
    assert "Распределение не настроено" in await admin.text(RESULTS)


async def test_a_template_is_made_and_changed(admin: Reader) -> None:
    made = await admin.save(
        f"{TEMPLATES}/new", name="Очередь", groups=[str(OFFICE)], is_enabled="1"
    )
    assert made.status_code == 303
    path = made.headers["location"]
    assert "Очередь" in await admin.text(TEMPLATES)
    changed = await admin.save(path, name="Другая", users=[str(ANNA)])
    assert changed.status_code == 303
    async with admin.db.tenant(ACME) as tx:
        (template,) = await queries.templates(tx)
    assert (template.name, template.users, template.groups) == ("Другая", (ANNA,), ())
    assert not template.is_enabled


async def test_a_bad_template_comes_back_with_reasons(admin: Reader) -> None:
    answer = await admin.save(f"{TEMPLATES}/new", name=" ", users=["x", str(BEYOND_BIGINT)])
    assert answer.status_code == 422
    assert "Назовите шаблон." in answer.text
    assert "Выберите хотя бы одну группу или одного сотрудника." in answer.text


async def test_a_form_without_its_key_changes_nothing(admin: Reader) -> None:
    answer = await admin.browser.post(f"{TEMPLATES}/new", data={"name": "Чужая"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("role", "path", "status"),
    [
        (Role.SUPERVISOR, RESULTS, 200),
        (Role.SUPERVISOR, TEMPLATES, 403),
        (Role.SUPERVISOR, f"{TEMPLATES}/new", 403),
        (Role.EMPLOYEE, RESULTS, 403),
        (Role.EMPLOYEE, TEMPLATES, 403),
    ],
)
async def test_who_may_look(db: Database, role: Role, path: str, status: int) -> None:
    await open_account(db)
    async with reader_of(db, role) as browser:
        assert (await browser.get(path)).status_code == status


async def test_english(admin: Reader) -> None:
    await given_leads(admin.db, 41)
    admin.browser.cookies.set("language", "en")
    assert "Distribution" in await admin.text(RESULTS)
