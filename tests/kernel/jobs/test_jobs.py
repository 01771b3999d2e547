"""Asking for background work inside the transaction that needs it."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from smena.kernel.clock import SystemClock
from smena.kernel.db import Database, Tx
from smena.kernel.ids import AccountId
from smena.kernel.jobs.enqueue import RERUN_CHANNEL, enqueue, publish, wake, wake_waiting
from smena.kernel.jobs.registry import JobContext, Registry
from tests.kernel.jobs.parcels import nobody
from tests.patience import patience, until

pytestmark = pytest.mark.anyio

ROMASHKA, LANDYSH = AccountId(31000001), AccountId(31000002)
QUEUE = """
SELECT entrypoint, dedupe_key, convert_from(payload, 'utf8') AS payload,
       round(extract(epoch FROM execute_after - created)) AS after
  FROM pgqueuer ORDER BY id
"""


async def queued(db: Database) -> list[tuple[str, dict[str, Any]]]:
    async with db.system() as tx:
        return [(row.entrypoint, json.loads(row.payload)) for row in await tx.rows(QUEUE)]


@pytest.fixture
async def topical(db_url: str) -> AsyncIterator[Database]:
    topics = {"leads.came": ("decide", "count")}
    database = Database.open(db_url, pool_size=2, topics=topics)
    yield database
    await database.close()


async def test_a_job_comes_with_the_commit(db: Database) -> None:
    async with db.tenant(ROMASHKA) as tx:
        await enqueue(tx, "greet", lead=7, name="Анна")
        assert await queued(db) == []
    assert await queued(db) == [("greet", {"lead": 7, "name": "Анна"})]


async def test_a_rollback_takes_the_job_with_it(db: Database) -> None:
    async def fails() -> None:
        async with db.tenant(ROMASHKA) as tx:
            await enqueue(tx, "greet", lead=7)
            await wake(tx, "account_job", ROMASHKA)
            raise LookupError

    with pytest.raises(LookupError):
        await fails()
    assert await queued(db) == []


async def test_a_key_keeps_the_second_one_out(db: Database) -> None:
    async with db.system() as tx:
        await enqueue(tx, "greet", key="once", lead=1)
        await enqueue(tx, "greet", key="once", lead=2)
        await enqueue(tx, "greet", key="other", lead=3)
    assert [arguments["lead"] for _job, arguments in await queued(db)] == [1, 3]


async def test_later_is_later(db: Database) -> None:
    async with db.system() as tx:
        await enqueue(tx, "greet", after=timedelta(minutes=5))
    async with db.system() as tx:
        assert [row.after for row in await tx.rows(QUEUE)] == [300]


async def test_a_publication_wakes_its_account_jobs_for_this_account_once(
    topical: Database,
) -> None:
    async with topical.tenant(ROMASHKA) as tx:
        await publish(tx, "leads.came")
        await publish(tx, "leads.came")
        await publish(tx, "nobody.listens")
    assert await queued(topical) == [
        ("count", {"account": ROMASHKA}),
        ("decide", {"account": ROMASHKA}),
    ]


async def test_an_account_job_has_one_job_for_each_account(db: Database) -> None:
    for account in (LANDYSH, ROMASHKA, LANDYSH):
        async with db.tenant(account) as tx:
            await wake(tx, "account_job", account)
    assert [arguments["account"] for _job, arguments in await queued(db)] == [LANDYSH, ROMASHKA]


async def test_the_rerun_signal_is_sent_only_for_an_account_job_that_is_awake(
    db: Database, db_url: str
) -> None:
    heard: list[str] = []
    listener = await asyncpg.connect(db_url)
    await listener.add_listener(RERUN_CHANNEL, lambda *event: heard.append(event[3]))
    for _ in range(2):
        async with db.tenant(ROMASHKA) as tx:
            await wake(tx, "account_job", ROMASHKA)
            await wake(tx, f"first {_}", ROMASHKA)
    async with db.system() as tx:
        assert not await wake_waiting(tx, "account_job", [ROMASHKA])
        assert await wake_waiting(tx, "account_job", [LANDYSH])
        assert await wake_waiting(tx, "account_job", [])
        await tx.run("SELECT pg_notify(:channel, 'the end')", channel=RERUN_CHANNEL)
    await until(lambda: "the end" in heard)
    assert heard == [f"account_job:{ROMASHKA}", "the end"]
    await listener.close()


async def test_crosswise_wakes_do_not_lock_each_other_out(db: Database) -> None:
    """Without one order of writing, this is a deadlock of two transactions."""
    both_inside = asyncio.Barrier(2)

    async def wake_both(first: AccountId, second: AccountId) -> None:
        async with db.system() as tx:
            await wake(tx, "account_job", first)
            await both_inside.wait()
            await wake(tx, "account_job", second)
            await both_inside.wait()

    async with asyncio.timeout(patience()):
        for _ in range(10):
            await asyncio.gather(wake_both(ROMASHKA, LANDYSH), wake_both(LANDYSH, ROMASHKA))
            async with db.system() as tx:
                assert await tx.run("DELETE FROM pgqueuer") == 2


async def greet(context: JobContext) -> None: ...


async def drain(context: JobContext, account: AccountId) -> None: ...


async def test_a_name_is_registered_once() -> None:
    registry = Registry()
    registry.job("greet", greet)
    registry.account_job("drain", drain, nobody)
    registry.cron("nightly", "0 3 * * *", greet)
    for name in ("greet", "drain", "nightly"):
        with pytest.raises(ValueError, match=name):
            registry.job(name, greet)


async def test_a_context_gives_a_service_by_its_kind(db: Database) -> None:
    context = JobContext(db, SystemClock(), {str: "hello", int: "not a number"})
    assert context.service(str) == "hello"
    with pytest.raises(TypeError):
        context.service(int)


async def test_a_system_transaction_publishes_for_nobody(topical: Database) -> None:
    async def publishes(tx: Tx) -> None:
        await publish(tx, "leads.came")

    async with topical.system() as tx:
        with pytest.raises(RuntimeError):
            await publishes(tx)
