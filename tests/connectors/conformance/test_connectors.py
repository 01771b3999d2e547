"""What every connector does, whatever is on the other side."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from smena.connectors.kit.bounded_http import AnswerBounds
from smena.connectors.kit.rate_limit import reserve
from smena.kernel.clock import SetClock
from smena.kernel.db import Database
from tests.connectors.conformance.connector import CONNECTORS, AtWork, Connector

pytestmark = pytest.mark.anyio
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ROOMY = AnswerBounds(seconds=60, bytes_max=1024)


@pytest.fixture(params=CONNECTORS, ids=lambda one: one.name)
def connector(request: pytest.FixtureRequest) -> Connector:
    found: Connector = request.param
    return found


@pytest.fixture
async def at_work(connector: Connector, db: Database) -> AsyncIterator[AtWork]:
    async with connector.at_work(db) as found:
        yield found


async def bodies(db: Database, at_work: AtWork) -> list[tuple[bytes, bool, bool]]:
    """Return what is kept: the body, whether it was taken, whether it was set aside."""
    async with db.tenant(at_work.account) as tx:
        rows = await tx.rows(
            "SELECT body, taken_at IS NOT NULL AS taken, trouble <> '' AS aside FROM inbox"
            " WHERE source = :source ORDER BY id",
            source=at_work.source,
        )
    return [(row.body, row.taken, row.aside) for row in rows]


async def mirror(db: Database, at_work: AtWork) -> list[str]:
    """Return every card, and every fact that was derived."""
    async with db.tenant(at_work.account) as tx:
        return [
            row[0]
            for table in ("crm_lead", "crm_contact", "crm_company", "crm_task", "crm_fact")
            for row in await tx.rows(f"SELECT to_jsonb(t)::text FROM {table} t ORDER BY 1")
        ]


def answering(answer: httpx2.Response) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=httpx2.MockTransport(lambda _request: answer))


async def test_a_body_is_kept_before_it_is_answered(db: Database, at_work: AtWork) -> None:
    assert await at_work.send(at_work.body(4_000_001)) == 200
    assert await bodies(db, at_work) == [(at_work.body(4_000_001), False, False)]


async def test_the_same_body_twice_changes_nothing(db: Database, at_work: AtWork) -> None:
    empty = await mirror(db, at_work)
    await at_work.send(at_work.body(4_000_001))
    await at_work.drain()
    once = await mirror(db, at_work)
    assert once != empty
    await at_work.send(at_work.body(4_000_001))
    await at_work.drain()
    assert await mirror(db, at_work) == once


async def test_a_malformed_body_is_set_aside_and_holds_up_nobody(
    db: Database, at_work: AtWork
) -> None:
    good = [at_work.body(4_000_001), at_work.body(4_000_002)]
    for body in (good[0], at_work.malformed(), good[1]):
        assert await at_work.send(body) == 200
    await at_work.drain()
    assert await bodies(db, at_work) == [
        (good[0], True, False),
        (at_work.malformed(), True, True),
        (good[1], True, False),
    ]


async def test_a_429_holds_back_all_nodes(db: Database, at_work: AtWork) -> None:
    """What another node sees is the row of the limit."""
    answer = httpx2.Response(429, headers={"Retry-After": "20"})
    async with answering(answer) as http:
        await at_work.ask(http, SetClock(NOON + timedelta(days=300)), ROOMY)
    now = NOON + timedelta(days=300)
    wait = await reserve(db, at_work.account, at_work.limit, now, per_second=5)
    assert wait == timedelta(seconds=20)


async def test_an_answer_that_is_too_large_is_none(connector: Connector, at_work: AtWork) -> None:
    async with answering(httpx2.Response(200, content=b"x" * 1025)) as http:
        with pytest.raises(connector.transient):
            await at_work.ask(http, SetClock(NOON), ROOMY)
    async with answering(httpx2.Response(200, content=b"x" * 1024)) as http:
        await at_work.ask(http, SetClock(NOON), ROOMY)


async def test_an_answer_that_never_ends_is_none(connector: Connector, at_work: AtWork) -> None:
    """Drops come all the time, so no read ever waits long; the whole answer does."""

    async def drops() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    async with answering(httpx2.Response(200, content=drops())) as http:
        with pytest.raises(connector.transient):
            await at_work.ask(http, SetClock(NOON), AnswerBounds(seconds=0.05, bytes_max=1024))
