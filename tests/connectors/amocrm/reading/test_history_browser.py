"""The page of the deep history in a real Chromium: its four states, at a desk and on a phone."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Literal

import pytest
from litestar import Litestar
from litestar.types import ASGIApp, Receive, Scope, Send
from playwright.sync_api import Browser, ViewportSize, expect

from smena.access.model import Role, Viewer
from smena.connectors.amocrm.reading import pages
from smena.kernel.clock import SetClock
from smena.kernel.crypto import Vault
from smena.kernel.db import Database
from smena.kernel.ids import AccountId
from smena.web.nav import NavEntry
from tests.access.cast import viewer
from tests.activity.conftest import chromium, database_url
from tests.browsers import new_context
from tests.crm.cast import ACME, after, open_account
from tests.settings.test_outbox_browser import Screen, Work, behind, heard
from tests.web.seen import box
from tests.web.site import make_site, served

__all__ = ["chromium", "database_url"]
pytestmark = pytest.mark.browser
PATH = "/settings/history"
CONNECTION = (
    "INSERT INTO amocrm_connection (account_id, is_active, current_user_id, next_poll_at,"
    " next_cards_at, load_started_at, load_finished_at)"
    " VALUES (:account, true, 9000001, :now, :now, :now, :now)"
)
HISTORY = (
    "INSERT INTO amocrm_history VALUES (:account, :start, :now, :read_to, 7, 1, 1234567, :paused,"
    " :begun, :finished) ON CONFLICT (account_id) DO UPDATE SET read_to = excluded.read_to,"
    " is_paused = excluded.is_paused, finished_at = excluded.finished_at"
)
PHONE, DESK = ViewportSize(width=390, height=844), ViewportSize(width=1280, height=800)
NOW, DAY = after(0), timedelta(days=1)
Reading = Literal["", "running", "paused", "done"]


def given(state: Reading) -> Work:
    """An account whose history is read to the middle, has stopped there, or is read to its end."""

    async def work(db: Database) -> None:
        await open_account(db)
        async with db.tenant(ACME) as tx:
            await tx.run(CONNECTION, account=ACME, now=NOW)
            if state:
                await tx.run(
                    HISTORY, account=ACME, now=NOW - DAY * 14, start=NOW - DAY * 365,
                    read_to=NOW - DAY * (365 if state == "done" else 190),
                    paused=state == "paused", begun=NOW - timedelta(hours=2),
                    finished=NOW if state == "done" else None,
                )  # fmt: skip

    return work


def make_app(db: Database) -> Litestar:
    marina: Viewer = viewer(Role.ADMIN, account=AccountId(ACME))

    class SignedIn:
        def __init__(self, app: ASGIApp) -> None:
            self.app = app

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("state", {})["viewer"] = marina
            await self.app(scope, receive, send)

    children = (NavEntry(PATH, lambda: "История событий"),)
    return make_site(
        routes=[*pages.ROUTES],
        db=db,
        clock=SetClock(NOW),
        vault=Vault("k" * 40),
        nav=[
            NavEntry("/settings", lambda: "Настройки", icon="settings", key="s", children=children)
        ],
        middleware=[SignedIn],
    )


@pytest.fixture
def page(chromium: Browser, database_url: str) -> Iterator[Screen]:
    with served(make_app(Database.open(database_url))) as address:
        context = new_context(chromium, viewport=DESK, base_url=address)
        shown = context.new_page()
        complaints: list[str] = []
        shown.on("pageerror", lambda error: complaints.append(str(error)))
        shown.on("console", lambda told: heard(told, complaints))
        yield Screen(shown, database_url)
        context.close()
    assert [one for one in complaints if "status of 422" not in one] == []


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("", "События есть"),
        ("running", "Приостановить"),
        ("paused", "на паузе"),
        ("done", "прочитано всё до выбранной даты"),
    ],
)
def test_each_state_fits_a_phone_and_a_desk(page: Screen, state: Reading, told: str) -> None:
    behind(page.url, given(state))
    for size in (DESK, PHONE):
        page.page.set_viewport_size(size)
        page.page.goto(PATH)
        expect(page.page.get_by_text(told)).to_be_visible()
        wide = page.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= size["width"], size
        assert box(page.page.locator("#progress")).width > size["width"] / 4


def test_pausing_and_going_on(page: Screen) -> None:
    behind(page.url, given("running"))
    page.page.goto(PATH)
    page.page.get_by_role("button", name="Приостановить").click()
    expect(page.page.get_by_text("на паузе")).to_be_visible()
    page.page.get_by_role("button", name="Продолжить").click()
    expect(page.page.get_by_role("button", name="Приостановить")).to_be_visible()


def test_a_day_that_has_not_come_is_said_beside_the_field(page: Screen) -> None:
    behind(page.url, given(""))
    page.page.goto(PATH)
    page.page.get_by_label("Прочитать события начиная с").fill("2030-01-01")
    with page.page.expect_response("**/settings/history") as answered:
        page.page.get_by_role("button", name="Прочитать").click()
    assert answered.value.status == 422
