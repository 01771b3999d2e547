"""The panel in a real Chromium: read, searched, opened, and changing by itself."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from smena.kernel.clock import SetClock
from smena.kernel.db import Database
from tests.activity.cast import MINUTE, at
from tests.activity.conftest import Seeded
from tests.activity.panel import crowd
from tests.activity.stand import (
    AFTERNOON,
    ANNA,
    BORIS,
    EGOR,
    GLEB,
    Floor,
    head,
    make_app,
)
from tests.browsers import new_context
from tests.web.seen import box
from tests.web.site import served

pytestmark = pytest.mark.browser


async def a_usual_day(floor: Floor) -> None:
    await floor.open()
    for seed, user in enumerate((ANNA, BORIS, EGOR)):
        floor.lives(user, seed + 3)
    floor.does(GLEB, ["09:18", "10:02"])
    await floor.absorb()


@pytest.fixture
def panel(chromium: Browser, database_url: str, seeded: Seeded) -> Iterator[Page]:
    """The panel of a usual afternoon; what the console complains of fails the test."""
    seeded(a_usual_day)
    app = make_app(Database.open(database_url), SetClock(AFTERNOON), head())
    with served(app) as address:
        context = new_context(chromium, viewport={"width": 1280, "height": 800})
        page = context.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.goto(f"{address}/activity")
        expect(page.locator("day-lane svg")).to_have_count(5)
        yield page
        context.close()
    assert complaints == []


def test_the_panel_is_a_table_with_pictures(panel: Page) -> None:
    expect(panel.get_by_role("table", name="Активность сотрудников за 20 ноября")).to_be_visible()
    expect(panel.get_by_role("img", name="Анна Власова: активность")).to_be_visible()
    expect(panel.get_by_role("rowheader", name="Глеб Ёлкин")).to_contain_text(
        "позже графика на 18\u00a0мин"
    )


def test_search_and_folding(panel: Page) -> None:
    panel.keyboard.press("/")
    panel.keyboard.type("елк")
    expect(panel.locator(".day-row:visible")).to_have_count(1)
    expect(panel.locator(".day-row:visible")).to_contain_text("Глеб Ёлкин")
    panel.keyboard.type("ъъ")
    expect(panel.get_by_text("Никого с таким именем нет.")).to_be_visible()
    panel.keyboard.press("Escape")
    expect(panel.locator(".day-row:visible")).to_have_count(5)
    panel.get_by_role("button", name="Отдел продаж").click()
    expect(panel.locator(".day-row:visible")).to_have_count(1)
    panel.reload()
    expect(panel.locator(".day-row:visible")).to_have_count(1)


def test_the_day_as_a_table_in_the_drawer(panel: Page) -> None:
    panel.get_by_role("link", name="Глеб Ёлкин").click()
    drawer = panel.get_by_role("region", name="Глеб Ёлкин")
    expect(drawer.get_by_role("cell", name="09:17:00–09:18:00")).to_be_visible()
    assert "/activity/day/4?date=2026-11-20" in panel.url
    panel.keyboard.press("Escape")
    expect(drawer).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 820, 1440])
def test_no_width_scrolls_sideways(panel: Page, width: int, scheme: str) -> None:
    panel.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # two of its literals
    panel.set_viewport_size({"width": width, "height": 800})
    panel.wait_for_function("document.documentElement.scrollWidth <= innerWidth")
    assert box(panel.locator("day-lane").first).width > 150


def test_a_new_event_is_seen_without_reload(panel: Page, seeded: Seeded) -> None:
    row = panel.locator(f"#lane-{GLEB}")
    row.locator("svg").evaluate("one => { window.kept = one; one.focus(); }")

    async def acts(floor: Floor) -> None:
        floor.numbers = 100_000
        floor.does(GLEB, ["15:23"], kind="task_completed")
        floor.calls_out(GLEB, at("15:00"), 15 * MINUTE)
        await floor.absorb()

    seeded(acts)
    expect(row).to_contain_text("09:18–15:23")
    expect(row).to_contain_text("15\u00a0мин")
    assert panel.evaluate("document.activeElement === window.kept")


@pytest.mark.slow
def test_events_redraw_one_lane_of_500_one_after_another(
    chromium: Browser, database_url: str, seeded: Seeded
) -> None:
    """How soon after the mirror knows is measured by `./run bench lanes`."""
    seeded(crowd.fill)
    with crowd.watched(chromium, database_url) as page:
        for turn in range(3):
            seeded(crowd.call(turn))
            crowd.wait_for_redrawn(page, turn)
        expect(page.locator("day-lane svg")).to_have_count(crowd.PEOPLE)
        assert page.evaluate("window.redrawn.length") == 3
