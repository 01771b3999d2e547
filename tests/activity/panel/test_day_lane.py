"""The lane alone, on a page of its own, in a real Chromium."""

import gzip
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.activity.panel.lanes import CROWD, lanes_app
from tests.browsers import new_context
from tests.web.seen import box
from tests.web.site import served

pytestmark = pytest.mark.browser

NEXT_FRAMES = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


@pytest.fixture(scope="module")
def fixture_site() -> Iterator[str]:
    with served(lanes_app()) as address:
        yield address


@pytest.fixture
def lanes(chromium: Browser, fixture_site: str) -> Iterator[Page]:
    page = new_context(chromium, viewport={"width": 1280, "height": 600}).new_page()
    page.goto(fixture_site)
    expect(page.locator("day-lane svg")).to_have_count(3)
    yield page
    page.context.close()


def paths(page: Page, lane: int = 0) -> list[str]:
    found = page.locator("day-lane").nth(lane).locator("path")
    return [str(one.get_attribute("class")) for one in found.all()]


def test_a_lane_is_one_picture_of_at_most_six_paths(lanes: Page) -> None:
    assert paths(lanes) == ["lane-o", "lane-f", "lane-i", "lane-p", "lane-a", "lane-c"]
    assert paths(lanes, 1) == ["lane-a"]
    assert paths(lanes, 2) == []
    picture = lanes.get_by_role("img", name="Сотрудник 1: активность 4 ч 47 мин")
    expect(picture).to_be_visible()


def test_heights_tell_zones_apart(lanes: Page) -> None:
    lane = lanes.locator("day-lane").first
    assert [round(box(lane.locator(f".lane-{zone}")).height) for zone in "iac"] == [6, 14, 20]


def test_a_minute_of_work_is_never_narrower_than_a_pixel(lanes: Page) -> None:
    lanes.set_viewport_size({"width": 240, "height": 600})
    lanes.evaluate(NEXT_FRAMES)
    lanes.evaluate("for (let i = 0; i < 2; i++) dispatchEvent(new Event('resize'))")
    assert box(lanes.locator("day-lane").first.locator(".lane-c")).width >= 0.99


def test_new_data_redraw_the_same_picture(lanes: Page) -> None:
    lanes.evaluate("window.before = document.querySelector('day-lane svg')")
    lanes.locator("day-lane").first.evaluate("lane => lane.setAttribute('s', '10c10a')")
    assert paths(lanes) == ["lane-a", "lane-c"]
    assert lanes.evaluate("window.before === document.querySelector('day-lane svg')")


def test_the_hint_comes_on_hover_and_goes(lanes: Page) -> None:
    lane = box(lanes.locator("day-lane").first)
    lanes.mouse.move(lane.x + lane.width * 36 / 282, lane.y + 10)
    expect(lanes.locator("#lane-hint")).to_contain_text("подсказка 30")
    lanes.mouse.move(lane.x, lane.y + 300)
    expect(lanes.locator("#lane-hint")).to_be_hidden()


def test_a_failed_hint_shows_nothing(lanes: Page) -> None:
    lanes.locator("day-lane").nth(1).hover()
    lanes.wait_for_timeout(300)
    expect(lanes.locator("#lane-hint:visible")).to_have_count(0)


def test_arrows_walk_and_escape_closes(lanes: Page) -> None:
    lanes.keyboard.press("Tab")
    lanes.keyboard.press("Tab")
    expect(lanes.locator("day-lane").first.locator("svg")).to_be_focused()
    lanes.keyboard.press("ArrowRight")
    expect(lanes.locator("#lane-hint")).to_contain_text("подсказка 0")
    lanes.keyboard.press("ArrowRight")
    expect(lanes.locator("#lane-hint")).to_contain_text("подсказка 30")
    expect(lanes.locator(".lane-cursor")).to_have_count(1)
    lanes.keyboard.press("End")
    expect(lanes.locator("#lane-hint")).to_contain_text("подсказка 222")
    lanes.keyboard.press("Escape")
    expect(lanes.locator("#lane-hint")).to_be_hidden()
    lanes.keyboard.press("ArrowDown")
    expect(lanes.locator("day-lane").nth(1).locator("svg")).to_be_focused()


def test_a_tap_keeps_the_hint(chromium: Browser, fixture_site: str) -> None:
    context = new_context(chromium, has_touch=True, viewport={"width": 390, "height": 700})
    page = context.new_page()
    page.goto(fixture_site)
    page.locator("day-lane").first.tap()
    expect(page.locator("#lane-hint")).to_contain_text("подсказка")
    page.touchscreen.tap(200, 600)
    expect(page.locator("#lane-hint")).to_be_hidden()
    context.close()


@pytest.mark.slow
def test_500_lanes_of_200_stretches_are_drawn_from_a_small_page(
    chromium: Browser, fixture_site: str
) -> None:
    """How soon they are drawn is measured by `./run bench lanes`."""
    context = new_context(chromium, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    answer = page.goto(f"{fixture_site}/many")
    assert answer is not None
    expect(page.locator("day-lane svg")).to_have_count(CROWD)
    assert len(gzip.compress(answer.body(), 5)) <= 100 * 1024
    context.close()
