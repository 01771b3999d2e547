"""The panel in a real Chromium: read, searched, opened, and changing by itself."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect

from smena.crm.model.entities import UserId
from smena.kernel.clock import SetClock
from smena.kernel.db import Database
from tests.activity.cast import MINUTE, at
from tests.activity.conftest import Seeded
from tests.activity.stand import (
    AFTERNOON,
    ANNA,
    BORIS,
    EGOR,
    GLEB,
    Floor,
    everybody,
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


WATCH = """() => {
  window.redrawn = [];
  const seen = () => requestAnimationFrame(() => window.redrawn.push(Date.now()));
  const lane = document.querySelector("#lane-7 day-lane");
  new MutationObserver(seen).observe(lane, { attributes: true, attributeFilter: ["s"] });
}"""


@pytest.mark.slow
def test_an_event_is_drawn_within_a_second_at_500_lanes(
    chromium: Browser,
    database_url: str,
    seeded: Seeded,
    record_property: Callable[[str, object], None],
) -> None:
    """From before the mirror absorbs a call to the redrawn lane in an open browser."""
    anna = everybody()[0]
    users = [replace(anna, id=UserId(n), name=f"Сотрудник {n}") for n in range(1, 501)]

    async def crowd(floor: Floor) -> None:
        await floor.open(users=users)
        for user in users:
            floor.does(user.id, range(at("09:00") + user.id, at("15:20"), 380))
        await floor.absorb()

    seeded(crowd)
    app = make_app(Database.open(database_url), SetClock(AFTERNOON), head())
    delays = []
    with served(app) as address:
        page = new_context(chromium, viewport={"width": 1440, "height": 900}).new_page()
        page.goto(f"{address}/activity")
        expect(page.locator("day-lane svg")).to_have_count(500)
        page.evaluate(WATCH)
        for turn in range(5):
            stamp = calls_once(seeded, turn)
            page.wait_for_function("n => window.redrawn.length > n", arg=turn, timeout=10_000)
            delays.append(round(page.evaluate("window.redrawn.at(-1)") - stamp))
        page.context.close()
    record_property("delays_ms", delays)
    assert sorted(delays)[2] <= 1000


def calls_once(seeded: Seeded, turn: int) -> float:
    """Let one person end a call; return the moment just before the mirror learns of it."""
    stamps: list[float] = []

    async def work(floor: Floor) -> None:
        floor.numbers = 1_000_000 + turn
        floor.calls_out(UserId(7), at("11:00") + turn * 600, 120)
        stamps.append(1000 * time.time())
        await floor.absorb()

    seeded(work)
    return stamps[0]
