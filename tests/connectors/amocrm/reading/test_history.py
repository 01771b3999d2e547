"""The deep history: dates, stretches, kills, pauses, its page."""

import asyncio
import contextlib
import json
import random
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smena.access import actions as people
from smena.access import pages as access
from smena.access.model import NewPerson, Role
from smena.connectors.amocrm.connecting.pages import connection
from smena.connectors.amocrm.reading import history
from smena.connectors.amocrm.reading import pages as history_pages
from smena.connectors.amocrm.reading import queries as reading_queries
from smena.connectors.amocrm.reading.core import history as core
from smena.connectors.amocrm.reading.core.history import History, Unwanted
from smena.kernel.db import Database
from tests.access.cast import MARINA_MAIL, PASSWORD, admit
from tests.connectors.amocrm.account import ACCOUNT, TOKEN
from tests.connectors.amocrm.connecting.browsing import Browsing
from tests.connectors.amocrm.interruptions import kill, killing
from tests.connectors.amocrm.stand import Stand, stand
from tests.connectors.amocrm.team import Team
from tests.web.site import make_site, visitor

PATH = history_pages.PATH
CONNECTION = "/settings/connection"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY = timedelta(days=1)
MOSCOW = ZoneInfo("Europe/Moscow")
YEAR = History(NOW - 365 * DAY, NOW, NOW, NOW)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-01-01", datetime(2024, 12, 31, 21, tzinfo=UTC)),
        (" 2026-11-24 ", datetime(2026, 11, 23, 21, tzinfo=UTC)),
        ("2026-11-25", Unwanted.FUTURE),
        ("1999-01-01", Unwanted.TOO_EARLY),
        ("", Unwanted.NOT_A_DATE),
        ("01.02.2025", Unwanted.NOT_A_DATE),
        ("2025-02-30", Unwanted.NOT_A_DATE),
    ],
)
def test_which_dates_can_be_wanted(text: str, expected: datetime | Unwanted) -> None:
    assert core.beginning(text, MOSCOW, NOW) == expected


@given(st.integers(1, 400), st.lists(st.integers(0, 400), max_size=200))
def test_stretches_cover_the_wanted_time_without_a_hole(days: int, pages: list[int]) -> None:
    """Whatever each page holds, the next stretch ends where the last one began."""
    at = History(NOW - days * DAY, NOW, NOW, NOW)
    for rows in pages:
        if at.finished_at is not None:
            break
        one = core.stretch(at)
        assert (one.to_at, one.page) == (at.read_to, at.page)
        assert one.from_at is not None
        assert at.from_at <= one.from_at < at.read_to
        after = core.after_page(at, rows, NOW, has_next=rows > 200 and at.page < 50)
        assert (after.page > 1) == (after.read_to == at.read_to)
        assert after.read_to in (at.read_to, one.from_at)
        assert (after.finished_at is not None) == (after.read_to == at.from_at)
        assert after.share >= at.share
        at = after


def test_quiet_years_cost_few_requests() -> None:
    at, requests = YEAR, 0
    while at.finished_at is None:
        at = core.after_page(at, 0, NOW, has_next=False)
        requests += 1
    assert requests < 20


def test_wanting_another_date_reads_nothing_twice() -> None:
    half = core.after_page(YEAR, 5, NOW, has_next=False)
    further = core.wanted(NOW - 700 * DAY, half, NOW, NOW)
    assert (further.read_to, further.rows, further.finished_at) == (half.read_to, 5, None)
    assert core.wanted(NOW, half, NOW, NOW).finished_at == NOW
    assert core.wanted(NOW - DAY, None, NOW, NOW).read_to == NOW


def test_time_left() -> None:
    half = core.after_page(YEAR, 0, NOW, has_next=False)
    assert YEAR.left(NOW) is None
    assert half.left(NOW + timedelta(seconds=1)) == timedelta(seconds=364)


def grow_old(made: Stand, days: int) -> None:
    """Move everything that has happened so far into the past, each event at its own moment."""
    store, dice = made.crm.store, random.Random(3)
    for number, doc in store.rows("SELECT id, doc FROM event"):
        past = json.loads(doc)
        past["created_at"] -= dice.randrange(3 * 86_400, days * 86_400)
        store.run("UPDATE event SET created_at = ?, doc = ? WHERE id = ?", past["created_at"],
                  json.dumps(past), number)  # fmt: skip


async def events_here(made: Stand) -> int:
    async with made.db.tenant(ACCOUNT) as tx:
        return int(await tx.value("SELECT count(*) FROM crm_event"))


async def facts_here(made: Stand) -> int:
    async with made.db.tenant(ACCOUNT) as tx:
        return int(await tx.value("SELECT count(*) FROM crm_fact"))


async def want(made: Stand, days: int) -> None:
    day = (made.clock.now() - days * DAY).date().isoformat()
    async with made.db.tenant(ACCOUNT) as tx:
        assert isinstance(await history.ask(tx, day, made.clock.now()), History)


async def is_read(made: Stand) -> bool:
    async with made.db.tenant(ACCOUNT) as tx:
        found = await reading_queries.history(tx)
    return found is not None and found.finished_at is not None


@pytest.mark.anyio
async def test_the_past_is_read_to_its_end_whatever_is_killed(db: Database) -> None:
    with killing():
        async with stand(db, history_days=1) as made:
            team, dice = Team(made, 5), random.Random(5)
            team.begin(leads=20)
            team.act_often(120)
            total = int(made.crm.store.rows("SELECT count(*) FROM event")[0][0])
            grow_old(made, 60)
            await made.connect()
            await made.load()
            assert await events_here(made) == 0
            facts = await facts_here(made)
            await want(made, 61)
            kills = 0
            while not await is_read(made):
                running = asyncio.create_task(history.read(made.context, ACCOUNT))
                kills += await kill(made, running, dice.randrange(2, 15))
            assert kills > 1
            assert await events_here(made) == total
            async with db.tenant(ACCOUNT) as tx:
                found = await reading_queries.history(tx)
            assert found is not None
            assert found.rows == total
            assert await facts_here(made) == facts, "history triggers nothing"


@pytest.mark.anyio
async def test_it_can_be_paused(db: Database) -> None:
    async with stand(db, history_days=1) as made:
        Team(made, 5).begin(leads=2)
        await made.connect()
        await made.load()
        await want(made, 40)
        async with db.tenant(ACCOUNT) as tx:
            await history.pause(tx)
        asked = made.requests()
        await history.read(made.context, ACCOUNT)
        assert made.requests() == asked
        async with db.tenant(ACCOUNT) as tx:
            await history.go_on(tx, made.clock.now())
        async with db.system() as tx:
            assert await reading_queries.histories_due(tx, made.clock.now()) == [ACCOUNT]
        await history.read(made.context, ACCOUNT)
        assert await is_read(made)
        async with db.system() as tx:
            assert await reading_queries.histories_due(tx, made.clock.now()) == []


@contextlib.asynccontextmanager
async def browsing(made: Stand) -> AsyncIterator[httpx2.AsyncClient]:
    app = make_site(
        routes=[*access.ROUTES, *connection.ROUTES, *history_pages.ROUTES], db=made.db,
        clock=made.clock, vault=made.service.vault,
        services={"amocrm": made.service, "inbox": made.inbox}, middleware=access.MIDDLEWARE,
    )  # fmt: skip
    async with visitor(app) as browser:
        yield browser


@pytest.mark.anyio
async def test_its_page(db: Database) -> None:
    async with stand(db, history_days=1) as made, browsing(made) as browser:
        desk = Browsing(made, browser)
        new = NewPerson(MARINA_MAIL, "Марина", password=PASSWORD, is_operator=True)
        await people.add_person(db, new, made.clock.now())
        await desk.sign_in()
        assert (await browser.get(PATH)).headers["location"].endswith(CONNECTION)
        await desk.send(CONNECTION, seen=CONNECTION, address=made.emulator.url, token=TOKEN)
        loading = (await browser.get(PATH)).text
        assert "пока не все: первая загрузка ещё читает их, начиная с " in loading
        assert 'hx-trigger="every 3s"' in loading
        await made.load()
        loaded = (await browser.get(PATH)).text
        assert "пока не все" not in loaded
        assert re.search(r"<dd>с \d+ \w+ \d{4} года</dd>", loaded)
        since = (made.clock.now() - timedelta(days=4)).date().isoformat()
        assert "на паузе" not in (await browser.get(PATH)).text
        wrong = await desk.send(PATH, seen=PATH, **{"from": "2099-01-01"})
        assert wrong.status_code == 422
        assert "ещё не наступила" in wrong.text
        running = await desk.send(PATH, seen=PATH, **{"from": since})
        assert "читается" in running.text
        assert 'hx-trigger="every 3s"' in running.text
        assert f'value="{since}"' in running.text
        paused = await desk.send(f"{PATH}/pause", seen=PATH)
        assert "на паузе" in paused.text
        assert "hx-trigger" not in paused.text.partition('id="progress"')[2].partition(">")[0]
        await desk.send(f"{PATH}/go-on", seen=PATH)
        await history.read(made.context, ACCOUNT)
        assert "прочитано всё до выбранной даты" in (await browser.get(PATH)).text


@pytest.mark.anyio
async def test_its_page_is_closed_to_others(db: Database) -> None:
    async with stand(db, history_days=1) as made, browsing(made) as browser:
        await made.connect()
        await admit(db, role=Role.SUPERVISOR, account=ACCOUNT)
        desk = Browsing(made, browser)
        await desk.sign_in()
        assert (await browser.get(PATH)).status_code == 403
        sent = await desk.send(PATH, seen="/settings/sessions", **{"from": "2026-01-01"})
        assert sent.status_code == 403
