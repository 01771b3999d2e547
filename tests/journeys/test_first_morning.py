"""The first morning: start the demo, sign in, watch the floor, follow a lead to its person."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browsers import new_context
from tests.journeys.crm_side import CrmSide
from tests.journeys.demo import Demo, Told
from tests.patience import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LOAD_SECONDS = 300


@pytest.fixture
def crm(demo: tuple[Demo, Told]) -> Iterator[CrmSide]:
    side = CrmSide(demo[1])
    yield side
    side.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = new_context(browser, viewport={"width": 1440, "height": 900}, locale="ru-RU")
    yield made
    made.close()


def sign_in(context: BrowserContext, told: Told) -> Page:
    page = context.new_page()
    page.goto(f"{told.url}/activity")
    expect(page).to_have_url(f"{told.url}/sign-in?next=/activity")
    page.fill("[name=email]", told.email)
    page.fill("[name=password]", told.password)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{told.url}/activity*")
    return page


def loaded(page: Page, people: int) -> None:
    """Wait until the panel shows everybody and the first load is over."""

    def everybody() -> bool:
        page.reload()
        return page.locator("day-lane").count() >= people

    wait_for(everybody, "everybody on the panel", LOAD_SECONDS)


def test_the_panel_shows_everybody_and_a_lane_grows(
    demo: tuple[Demo, Told], crm: CrmSide, context: BrowserContext
) -> None:
    page = sign_in(context, demo[1])
    people = crm.users()
    loaded(page, len(people))
    for user in people:
        expect(page.get_by_text(user["name"], exact=True).first).to_be_visible()
    someone = next(user for user in people if not user["rights"]["is_admin"])
    lane = page.locator(f"#lane-{someone['id']}")
    before = lane.inner_html()
    crm.write_note(someone["id"], crm.add_lead("Сделка для записи"), "Перезвонить завтра")
    wait_for(lambda: lane.inner_html() != before, "a lane that grows")


def test_a_new_lead_gets_a_person_and_the_reason_is_on_screen(
    demo: tuple[Demo, Told], crm: CrmSide, context: BrowserContext
) -> None:
    told = demo[1]
    page = sign_in(context, told)
    page.goto(f"{told.url}/distribution/templates")
    expect(page.get_by_text("Новые сделки по очереди")).to_be_visible()
    number = crm.add_lead("Заявка с сайта")
    page.goto(f"{told.url}/distribution/results?lead={number}")
    row = page.locator(f'tr[data-lead="{number}"]')
    expect(row).to_have_count(1)
    expect(row).to_have_attribute("data-state", "done")
    chosen = int(row.get_attribute("data-user") or 0)
    assert crm.lead(number)["responsible_user_id"] == chosen
    admins = {user["id"] for user in crm.users() if user["rights"]["is_admin"]}
    assert chosen not in admins
    row.locator("a[data-open]").click()
    expect(page.locator("#drawer ol.steps li")).to_have_count(5)
    name = row.locator("td").nth(2).inner_text()
    expect(page.locator("#drawer .why")).to_contain_text(name)
    with context.expect_page() as opened:
        row.locator(".lead a").click()
    card = opened.value
    expect(card).to_have_url(f"{told.emulator_url}/leads/detail/{number}")
    expect(card.locator("#about")).to_contain_text(name)
    card.close()


def test_a_call_rung_by_hand_in_amocrm_is_on_the_panel(
    demo: tuple[Demo, Told], crm: CrmSide, context: BrowserContext
) -> None:
    told = demo[1]
    page = sign_in(context, told)
    page.goto(f"{told.url}/activity")
    someone = next(user for user in crm.users() if not user["rights"]["is_admin"])
    lane = page.locator(f"#lane-{someone['id']}")
    before = lane.inner_html()
    hand = context.new_page()
    lead = crm.add_lead("Позвонить руками")
    hand.goto(f"{told.emulator_url}/leads/detail/{lead}")
    back = hand.get_by_role("link", name="Посмотреть в Смене")
    expect(back).to_have_attribute("href", f"{told.url}/distribution/results?lead={lead}")
    hand.get_by_label("Кто из сотрудников").select_option(str(someone["id"]))
    hand.get_by_role("button", name="Записать звонок").click()
    expect(hand.locator("#notes")).to_contain_text("разговор состоялся")
    wait_for(lambda: lane.inner_html() != before, "a lane with the call")
    hand.close()


@pytest.mark.parametrize(
    ("name", "width", "scheme"),
    [("light", 1440, "light"), ("dark", 1440, "dark"), ("phone", 390, "light")],
)
def test_pictures(
    demo: tuple[Demo, Told], browser: Browser, pictures: Path, name: str, width: int, scheme: str
) -> None:
    told = demo[1]
    context = new_context(
        browser,
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        locale="ru-RU",
    )
    page = sign_in(context, told)
    for path, picture in (
        (f"{told.url}/activity", "activity"),
        (f"{told.url}/distribution/results", "results"),
        (f"{told.url}/settings/connection", "connection"),
        (told.emulator_url, "emulator"),
    ):
        page.goto(path)
        page.wait_for_load_state("load")
        page.evaluate("document.fonts.ready")
        page.screenshot(path=pictures / f"{picture}-{name}.png")
        overflow = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert overflow <= 0, f"{path} is wider than {width} px"
    context.close()
