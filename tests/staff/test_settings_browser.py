"""The settings of an account in a real Chromium: what is set there is seen on the panel."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from smena.access import actions as access
from smena.access.model import NewPerson, Role
from smena.accounts import actions as accounts
from smena.accounts.model import CONSENT_VERSION, FormInput, Giver
from smena.app import wiring
from smena.kernel.clock import SetClock
from smena.kernel.db import Database
from tests.activity.conftest import Seeded, chromium, database_url, seeded
from tests.activity.stand import ACCOUNT, AFTERNOON, ANNA, Floor
from tests.web.site import make_site, served

__all__ = ["chromium", "database_url", "seeded"]
pytestmark = pytest.mark.browser
MAIL, PASSWORD = "marina@okna.example", "семь тихих сосен"
PHONE = ViewportSize(width=390, height=844)


async def a_friday(floor: Floor) -> None:
    await floor.open()
    floor.lives(ANNA, 3)
    await floor.absorb()
    new = NewPerson(MAIL, "Марина", Role.ADMIN, ACCOUNT, PASSWORD)
    await access.add_person(floor.db, new, AFTERNOON - timedelta(days=1))
    given = FormInput("Марина", "+7 900 123-45-67", "РОП", True, str(CONSENT_VERSION))
    async with floor.db.tenant(ACCOUNT) as tx:
        assert not await accounts.activate(tx, given, Giver(1, MAIL), AFTERNOON)


@pytest.fixture
def page(chromium: Browser, database_url: str, seeded: Seeded) -> Iterator[Page]:
    """An administrator who has signed in; complaints of the console fail the test."""
    seeded(a_friday)
    app = make_site(
        routes=wiring.ROUTES,
        db=Database.open(database_url),
        clock=SetClock(AFTERNOON),
        nav=wiring.navigation(),
        menu=wiring.MENU,
        middleware=wiring.MIDDLEWARE,
    )
    with served(app) as address:
        context = chromium.new_context(viewport={"width": 1280, "height": 800}, base_url=address)
        found = context.new_page()
        complaints: list[str] = []
        found.on("pageerror", lambda error: complaints.append(str(error)))
        found.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        found.goto("/sign-in")
        found.get_by_label("E-mail").fill(MAIL)
        found.get_by_label("Пароль").fill(PASSWORD)
        found.get_by_role("button", name="Войти").click()
        expect(found.get_by_role("heading", name="Активность")).to_be_visible()
        yield found
        context.close()
    assert complaints == []


def test_a_day_off_of_the_company_is_seen_on_the_panel(page: Page) -> None:
    page.goto("/settings/hours")
    page.get_by_role("link", name="Производственный календарь", exact=True).click()
    expect(page.locator('[data-day="2026-11-04"]')).to_have_class("is-off ")
    page.get_by_label("Дата").fill("2026-11-20")
    page.get_by_label("Почему").fill("Переезд офиса")
    page.get_by_role("button", name="Записать").click()
    expect(page.get_by_text("День записан в календарь.")).to_be_visible()
    page.goto("/activity")
    expect(page.get_by_text("Выходной компании: Переезд офиса")).to_be_visible()
    page.goto("/settings/calendar")
    page.get_by_role("button", name="Убрать: пт, 20 ноября").click()
    page.goto("/activity")
    expect(page.locator("#lane-1")).to_be_visible()
    expect(page.locator("#day-special")).to_have_count(0)


def test_a_module_is_switched_off_and_on(page: Page) -> None:
    page.goto("/settings/account")
    page.locator('[data-module="activity"]').get_by_role("link", name="Выключить…").click()
    expect(page.get_by_role("heading", name="Выключить «Активность»?")).to_be_visible()
    page.get_by_role("button", name="Выключить", exact=True).click()
    expect(page.get_by_text("Выключено: Активность.")).to_be_visible()
    expect(page.get_by_role("link", name="Активность")).to_have_count(0)
    page.goto("/activity")
    page.get_by_role("link", name="Включить…").click()
    page.get_by_role("button", name="Включить", exact=True).click()
    expect(page.get_by_role("link", name="Активность").first).to_be_visible()


def test_a_zone_of_ones_own_moves_the_day(page: Page) -> None:
    page.goto("/settings/account")
    page.get_by_label("Часовой пояс").fill("Asia/Vladivostok")
    page.get_by_role("combobox", name="Язык").select_option("en")
    page.get_by_role("button", name="Сохранить").click()
    expect(page.get_by_role("heading", name="Account settings")).to_be_visible()
    page.goto("/activity")
    expect(page.locator(f"#lane-{ANNA}")).to_contain_text("16:")  # 09:… in Moscow


@pytest.mark.parametrize("address", ["/settings/account", "/settings/calendar"])
def test_nothing_sticks_out_on_a_phone(page: Page, address: str) -> None:
    page.set_viewport_size(PHONE)
    page.goto(address)
    page.wait_for_function("document.documentElement.scrollWidth <= innerWidth")
