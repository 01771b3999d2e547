"""Reading a list page by page: where it begins, ends, and what is asked twice."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx2
import pytest

from smena.connectors.amocrm.api.auth import TypedToken
from smena.connectors.amocrm.api.client import Client
from smena.connectors.amocrm.api.core.listing import Listing
from smena.connectors.amocrm.api.core.target import Target
from smena.connectors.amocrm.api.rate_limit import AMOCRM
from smena.connectors.kit.rate_limiter import RateLimiter
from smena.kernel.clock import SystemClock
from smena.kernel.db import Database
from tests.connectors.amocrm.account import ACCOUNT

pytestmark = pytest.mark.anyio

LIST = Listing("leads", ())
SECOND = 2


@dataclass
class Server:
    """Answers page `n` with `rows[n]` cards, the next page being promised by `has_next`.

    `hiccups` are pages that answer "nothing" when they are asked for the first time.
    """

    rows: Sequence[int]
    hiccups: frozenset[int] = frozenset()
    asked: list[int] = field(default_factory=list)

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        page = int(request.url.params["page"])
        is_first = page not in self.asked
        self.asked.append(page)
        if page in self.hiccups and is_first:
            return httpx2.Response(204)
        cards = [{"id": page * 100 + one} for one in range(self.rows[page - 1])]
        links = {"next": {"href": "more"}} if page < len(self.rows) else {}
        return httpx2.Response(200, json={"_embedded": {"leads": cards}, "_links": links})


def client(db: Database, http: httpx2.AsyncClient) -> Client:
    limiter = RateLimiter(db, SystemClock(), ACCOUNT, AMOCRM, 0)
    return Client(http, TypedToken(Target("http://127.0.0.1", "x")), limiter)


@dataclass(frozen=True)
class Case:
    """What the server has, how it is read; the pages asked for and the sizes of those found."""

    rows: Sequence[int]
    asked: Sequence[int]
    found: Sequence[int]
    hiccups: Sequence[int] = ()
    first: int = 1
    most: int | None = None
    confirm_empty: bool = False


CASES = {
    "to the end": Case((2, 1), [1, 2], [2, 1]),
    "an empty list is asked once": Case((0,), [1], [0]),
    "nothing has to be said twice": Case((0,), [1, 1], [0], confirm_empty=True),
    "a hiccup on the last": Case((2, 1), [1, 2, 2], [2, 1], hiccups=(2,), confirm_empty=True),
    "a hiccup on the first": Case((2, 2), [1, 1, 2], [2, 2], hiccups=(1,), confirm_empty=True),
    "a hiccup believed": Case((2, 2), [1], [0], hiccups=(1,)),
    "an empty last page": Case((2, 0), [1, 2, 2], [2, 0], confirm_empty=True),
    "empty, but not the last": Case((0, 3), [1, 1, 2], [0, 3], confirm_empty=True),
    "from the middle": Case((1, 1, 1), [2, 3], [1, 1], first=2),
    "at most two": Case((1, 1, 1), [1, 2], [1, 1], most=2),
    "two from the second": Case((1, 1, 1, 1), [2, 3], [1, 1], first=2, most=2),
    "none": Case((1, 1), [], [], most=0),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
async def test_pages(db: Database, case: Case) -> None:
    server = Server(case.rows, frozenset(case.hiccups))
    async with httpx2.AsyncClient(transport=httpx2.MockTransport(server)) as http:
        pages = client(db, http).pages(
            LIST, first=case.first, most=case.most, confirm_empty=case.confirm_empty
        )
        sizes = [len(page.items) async for page in pages]
    assert (server.asked, sizes) == (case.asked, case.found)


async def test_the_last_page_tells_whether_the_end_was_reached(db: Database) -> None:
    server = Server((1, 1, 1))
    async with httpx2.AsyncClient(transport=httpx2.MockTransport(server)) as http:
        cut = [page.has_next async for page in client(db, http).pages(LIST, most=SECOND)]
        whole = [page.has_next async for page in client(db, http).pages(LIST)]
    assert (cut, whole) == ([True, True], [True, True, False])


async def test_whoever_has_seen_enough_asks_no_more(db: Database) -> None:
    server = Server((1, 1, 1))
    async with httpx2.AsyncClient(transport=httpx2.MockTransport(server)) as http:
        async for page in client(db, http).pages(LIST):
            if json.loads(bytes(page.items[0]))["id"] >= SECOND * 100:
                break
    assert server.asked == [1, SECOND]


async def test_each_request_waits_for_its_turn(db: Database) -> None:
    """The second asking for an empty page is a request like the others."""
    server = Server((1, 0))
    turns: list[int] = []

    async def turn() -> None:
        turns.append(len(server.asked))

    async with httpx2.AsyncClient(transport=httpx2.MockTransport(server)) as http:
        made = client(db, http)
        assert [p async for p in made.pages(LIST, confirm_empty=True, before=turn)]
    assert turns == [0, 1, SECOND]
    assert server.asked == [1, SECOND, SECOND]
