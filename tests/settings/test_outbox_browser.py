"""The queue's page in a real Chromium: it changes by itself and takes commands back."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from litestar import Litestar
from litestar.types import ASGIApp, Receive, Scope, Send
from playwright.sync_api import Browser, ConsoleMessage, Page, ViewportSize, expect

from smena.access.model import Role, Viewer
from smena.app import wiring
from smena.crm.mirror import confirmation
from smena.crm.mirror.ingest import ingest
from smena.crm.model.entities import Changes, ContactId, EntityKind, LeadId, Source, TaskId
from smena.crm.model.reading import Reading
from smena.crm.outbox import actions
from smena.crm.outbox.model import (
    AddNote,
    Change,
    ChangeContact,
    ChangeLead,
    ChangeTask,
    Delivered,
    NewCommand,
    Priority,
    Stage,
)
from smena.kernel.clock import SetClock
from smena.kernel.crypto import Vault
from smena.kernel.db import Database
from smena.kernel.ids import AccountId
from smena.settings.pages import outbox
from smena.web.nav import NavEntry
from tests.access.cast import viewer
from tests.activity.conftest import chromium, database_url, elsewhere
from tests.browsers import new_context
from tests.crm.cast import ACME, ANNA, BORIS, SALES, TALKS, after, open_account, user
from tests.web.seen import box
from tests.web.site import make_site, served

__all__ = ["chromium", "database_url"]
pytestmark = pytest.mark.browser
PATH = "/settings/outbox"
WHY = (
    "такого ответственного в amoCRM нет, или он отключён"
    " (responsible_user_id: The value you selected is not a valid choice.)"
)
PHONE = ViewportSize(width=390, height=844)
"""Narrower than this nobody works."""


Work = Callable[[Database], Awaitable[None]]


@dataclass(slots=True)
class Screen:
    page: Page
    url: str

    def does(self, work: Work) -> None:
        """Let something happen behind the page."""
        behind(self.url, work)


def behind(url: str, work: Work) -> None:
    async def once() -> None:
        db = Database.open(url, pool_size=1)
        try:
            await work(db)
        finally:
            await db.close()

    elsewhere(once())


async def given_queue(db: Database) -> None:
    """A refused command, one that waits for its third try, and some that are new."""
    await open_account(db)
    async with db.tenant(ACME) as tx:
        await ingest(tx, Reading(Changes(Source.API, users=(user(ANNA),))), after(1))
        early = (
            ChangeLead(lead=LeadId(4000001), responsible=BORIS),
            ChangeLead(lead=LeadId(4000002), responsible=ANNA),
        )
        first, second = await actions.request_all(tx, [asked(change) for change in early], after(1))
        await actions.claim(tx, 50, after(2))
        await actions.refused(tx, {first: WHY}, after(3))
        await actions.reschedule(tx, [second], timedelta(hours=1), "ответ amoCRM потерян", after(3))
        moved = ChangeLead(
            lead=LeadId(4000003), responsible=ANNA, price=120_000, stage=Stage(SALES, TALKS)
        )
        note = AddNote(card_kind=EntityKind.LEAD, card_id=4000004, text="Распределено: Анна")
        later = [
            asked(moved),
            asked(ChangeTask(task=TaskId(8000001), responsible=ANNA), Priority.AGAIN),
            asked(ChangeContact(contact=ContactId(5001), responsible=ANNA), Priority.BULK),
            asked(note),
        ]
        await actions.request_all(tx, later, after(100))


def asked(change: Change, priority: Priority = Priority.FRESH) -> NewCommand:
    return NewCommand(change, "distribution:1:2:1", priority)


@pytest.fixture
def screen(chromium: Browser, database_url: str) -> Iterator[Screen]:
    behind(database_url, given_queue)
    with served(make_app(Database.open(database_url))) as address:
        context = new_context(chromium, viewport={"width": 1280, "height": 800})
        page = context.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda told: heard(told, complaints))
        page.goto(f"{address}{PATH}")
        yield Screen(page, database_url)
        context.close()
    assert complaints == []


def heard(told: ConsoleMessage, complaints: list[str]) -> None:
    if told.type == "error":
        complaints.append(told.text)


def make_app(db: Database) -> Litestar:
    marina: Viewer = viewer(Role.ADMIN, account=AccountId(ACME))

    class SignedIn:
        def __init__(self, app: ASGIApp) -> None:
            self.app = app

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("state", {})["viewer"] = marina
            await self.app(scope, receive, send)

    children = (
        NavEntry("/settings/connection", lambda: "Подключение"), NavEntry(PATH, lambda: "Очередь"),
    )  # fmt: skip
    return make_site(
        routes=[*outbox.ROUTES],
        db=db,
        clock=SetClock(after(160)),
        vault=Vault("k" * 40),
        services={"labels": wiring.labels()},
        nav=[
            NavEntry("/settings", lambda: "Настройки", icon="settings", key="s", children=children)
        ],
        middleware=[SignedIn],
    )


def test_the_list_changes_by_itself(screen: Screen) -> None:
    page = screen.page
    row = page.get_by_role("row", name="4000003")
    expect(row).to_contain_text("ждёт отправки")
    expect(page.get_by_role("row", name="4000001")).to_contain_text("или он отключён")

    async def carried(db: Database) -> None:
        async with db.tenant(ACME) as tx:
            found = await actions.claim(tx, 50, after(150))
            await confirmation.delivered(tx, [Delivered(item, None) for item in found], after(155))

    screen.does(carried)
    expect(row).to_contain_text("принята amoCRM")


def test_taking_back_one_and_then_all(screen: Screen) -> None:
    page = screen.page
    page.get_by_role("button", name="Отменить: Задача 8000001").click()
    expect(page.get_by_text("Запись отменена")).to_be_visible()
    page.get_by_text("Отменить ожидающие записи").click()
    page.get_by_label("Понимаю, отменить").check()
    page.get_by_role("button", name="Отменить", exact=True).click()
    expect(page.get_by_text("Отменены 4 записи.")).to_be_visible()
    expect(page.get_by_role("button", name="Отменить")).to_have_count(0)


def test_only_watching_and_sending_again(screen: Screen) -> None:
    page = screen.page
    page.get_by_text("Режим «только смотреть»").click()
    page.get_by_role("button", name="Перестать отправлять").click()
    expect(page.get_by_role("heading", name="Режим «только смотреть» включён")).to_be_visible()
    expect(page.get_by_text("была бы отправлена")).to_have_count(5)
    page.get_by_label("Что сделать").select_option(label="Отправить все")
    page.get_by_role("button", name="Снова отправлять").click()
    expect(page.get_by_text("ждёт отправки")).to_have_count(5)


def test_nothing_sticks_out_on_a_phone(screen: Screen) -> None:
    page = screen.page
    page.set_viewport_size(PHONE)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]
    for row in page.locator("[data-command]").all():
        assert box(row).x + box(row).width <= PHONE["width"]
