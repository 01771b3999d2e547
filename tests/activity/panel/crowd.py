"""A panel of 500 people who worked all day, open in a browser that notes each redrawn lane."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from playwright.sync_api import Browser, Page, expect

from smena.crm.model.entities import UserId
from smena.kernel.clock import SetClock
from smena.kernel.db import Database
from tests.activity.cast import at
from tests.activity.stand import AFTERNOON, Floor, everybody, head, make_app
from tests.browsers import new_context
from tests.web.site import served

PEOPLE = 500
CALLER = UserId(7)

WATCH = """() => {
  window.redrawn = [];
  const seen = () => requestAnimationFrame(() => window.redrawn.push(Date.now()));
  const lane = document.querySelector("#lane-7 day-lane");
  new MutationObserver(seen).observe(lane, { attributes: true, attributeFilter: ["s"] });
}"""


async def fill(floor: Floor) -> None:
    anna = everybody()[0]
    users = [replace(anna, id=UserId(n), name=f"Сотрудник {n}") for n in range(1, PEOPLE + 1)]
    await floor.open(users=users)
    for user in users:
        floor.does(user.id, range(at("09:00") + user.id, at("15:20"), 380))
    await floor.absorb()


def call(turn: int) -> Callable[[Floor], Awaitable[None]]:
    """Return the work of one more call that one person ends."""

    async def work(floor: Floor) -> None:
        floor.numbers = 1_000_000 + turn
        floor.calls_out(CALLER, at("11:00") + turn * 600, 120)
        await floor.absorb()

    return work


@contextmanager
def watched(chromium: Browser, database_url: str) -> Iterator[Page]:
    app = make_app(Database.open(database_url), SetClock(AFTERNOON), head())
    with served(app) as address:
        context = new_context(chromium, viewport={"width": 1440, "height": 900})
        page = context.new_page()
        page.goto(f"{address}/activity")
        expect(page.locator("day-lane svg")).to_have_count(PEOPLE)
        page.evaluate(WATCH)
        yield page
        context.close()


def wait_for_redrawn(page: Page, turn: int) -> float:
    """Wait for the lane's redrawing of this turn; return its moment in milliseconds."""
    page.wait_for_function("n => window.redrawn.length > n", arg=turn)
    return float(page.evaluate("window.redrawn.at(-1)"))
