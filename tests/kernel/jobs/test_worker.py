"""A whole node with a real queue: jobs, account jobs, the timetable, lost databases, the stop."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from smena.kernel.db import Database
from smena.kernel.errors import TryLater
from smena.kernel.ids import AccountId
from smena.kernel.jobs.enqueue import enqueue, wake
from smena.kernel.jobs.queue_manager import SLOTS
from smena.kernel.jobs.registry import JobContext, Registry
from tests.kernel.jobs.parcels import (
    ACCOUNT_JOB,
    Dispatcher,
    left,
    nobody,
    prepare,
    put,
    waiting,
    working,
)
from tests.patience import patience, until

pytestmark = pytest.mark.anyio

ROMASHKA, LANDYSH = AccountId(31000001), AccountId(31000002)
JOBS_LEFT = "SELECT count(*) FROM pgqueuer"
OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@pytest.fixture
async def url(db_url: str) -> str:
    await prepare(db_url)
    return db_url


async def is_idle(db: Database) -> bool:
    async with db.system() as tx:
        return int(await tx.value(JOBS_LEFT)) == 0


async def test_jobs_run_with_their_arguments_and_leave_the_queue(db: Database, url: str) -> None:
    greeted: list[str] = []

    async def greet(context: JobContext, *, person: str) -> None:
        greeted.append(person)

    registry = Registry()
    registry.job("greet", greet)
    async with db.tenant(ROMASHKA) as tx:
        for person in ("Анна", "Борис"):
            await enqueue(tx, "greet", person=person)
    async with working(db, url, registry):
        await until(lambda: is_idle(db))
    assert sorted(greeted) == ["Анна", "Борис"]


async def test_a_job_that_says_later_runs_again_later(db: Database, url: str) -> None:
    tries: list[str] = []

    async def greet(context: JobContext) -> None:
        tries.append("try")
        if len(tries) < 3:
            raise TryLater("asleep", after=timedelta(milliseconds=50))

    registry = Registry()
    registry.job("greet", greet)
    async with db.system() as tx:
        await enqueue(tx, "greet")
    async with working(db, url, registry):
        await until(lambda: is_idle(db))
    assert len(tries) == 3


async def test_an_account_job_drains_its_accounts_in_order(db: Database, url: str) -> None:
    registry = Registry()
    registry.account_job(ACCOUNT_JOB, Dispatcher("one", at_a_time=2).hand_over, nobody)
    async with working(db, url, registry):
        for account in (ROMASHKA, LANDYSH):
            async with db.tenant(account) as tx:
                await put(tx, 7)
                await wake(tx, ACCOUNT_JOB, account)
        await until(lambda: is_idle(db))
        async with db.system() as tx:
            found = await tx.rows("SELECT id FROM parcel ORDER BY account_id, handed_at, id")
    ids = [row.id for row in found]
    assert ids == sorted(ids)
    assert len(ids) == 14


async def test_rows_that_come_while_the_account_job_runs_need_no_sweep(
    db: Database, url: str
) -> None:
    """The rerun signal alone.

    This account job looks once, is woken while it works, and must look once more.
    """
    looks: list[int] = []
    is_looking, may_end = asyncio.Event(), asyncio.Event()

    async def look_once(context: JobContext, account: AccountId) -> None:
        async with context.db.tenant(account) as tx:
            looks.append(await tx.value("SELECT count(*) FROM parcel"))
        is_looking.set()
        await may_end.wait()

    registry = Registry()
    registry.account_job(ACCOUNT_JOB, look_once, nobody)
    async with working(db, url, registry):
        async with db.tenant(ROMASHKA) as tx:
            await wake(tx, ACCOUNT_JOB, ROMASHKA)
        await asyncio.wait_for(is_looking.wait(), patience())
        async with db.tenant(ROMASHKA) as tx:
            await put(tx)
            await wake(tx, ACCOUNT_JOB, ROMASHKA)
        # Notifications are delivered in the order of commits: this one comes after the signal.
        may_end.set()
        await until(lambda: looks[-1] == 1)


async def test_a_lost_wake_up_is_healed_by_the_sweep(db: Database, url: str) -> None:
    registry = Registry()
    registry.account_job(ACCOUNT_JOB, Dispatcher("one").hand_over, waiting)
    async with working(db, url, registry):
        async with db.tenant(ROMASHKA) as tx:
            await put(tx)
        await until(lambda: _none_left(db))


async def test_accounts_whose_crm_hangs_keep_no_other_waiting(db: Database, url: str) -> None:
    """Seven of them want more slots than the node has, before the healthy one wants its first."""
    account_jobs = [f"hangs.{number}" for number in range(6)]
    hanging = [AccountId(31000010 + number) for number in range(7)]
    hung: list[AccountId] = []
    is_over, is_done = asyncio.Event(), asyncio.Event()

    async def hang(_context: JobContext, account: AccountId) -> None:
        hung.append(account)
        await is_over.wait()

    async def work(_context: JobContext, _account: AccountId) -> None:
        is_done.set()

    registry = Registry()
    for account_job in account_jobs:
        registry.account_job(account_job, hang, nobody)
    registry.account_job(ACCOUNT_JOB, work, nobody)
    async with working(db, url, registry):
        for account in hanging:
            async with db.tenant(account) as tx:
                for account_job in account_jobs:
                    await wake(tx, account_job, account)
        await until(lambda: len(hung) >= SLOTS)
        async with db.tenant(ROMASHKA) as tx:
            await wake(tx, ACCOUNT_JOB, ROMASHKA)
        await asyncio.wait_for(is_done.wait(), patience())
        assert len(hung) == len(account_jobs) * len(hanging), (
            "they wait, all of them, outside the slots"
        )
        is_over.set()


async def _none_left(db: Database) -> bool:
    return await left(db) == 0


async def test_recurring_work_runs_by_the_clock(db: Database, url: str) -> None:
    ticks: list[str] = []

    async def tick(context: JobContext) -> None:
        ticks.append("tick")

    registry = Registry()
    registry.cron("tick", "* * * * * *", tick)
    async with working(db, url, registry):
        await until(lambda: len(ticks) >= 2)


async def test_a_node_outlives_the_loss_of_its_database(db: Database, url: str) -> None:
    registry = Registry()
    registry.account_job(ACCOUNT_JOB, Dispatcher("one").hand_over, waiting)
    async with working(db, url, registry):
        for _ in range(2):
            async with db.tenant(ROMASHKA) as tx:
                await put(tx)
                await wake(tx, ACCOUNT_JOB, ROMASHKA)
            await until(lambda: _none_left(db))
            raw = await asyncpg.connect(url)
            await raw.execute(OTHERS)
            await raw.close()
        async with db.tenant(ROMASHKA) as tx:
            await put(tx)
        await until(lambda: _none_left(db))


async def test_a_job_that_ends_while_the_database_is_away_is_not_lost(
    db: Database, url: str
) -> None:
    """The queue cannot note the failure: it must neither forget the job nor run it twice."""
    tries: list[str] = []
    started, may_go_on = asyncio.Event(), asyncio.Event()

    async def greet(context: JobContext) -> None:
        tries.append("try")
        started.set()
        await may_go_on.wait()
        if len(tries) == 1:
            raise ConnectionResetError

    registry = Registry()
    registry.job("greet", greet)
    async with db.system() as tx:
        await enqueue(tx, "greet")
    async with working(db, url, registry):
        await asyncio.wait_for(started.wait(), patience())
        raw = await asyncpg.connect(url)
        await raw.execute(OTHERS)
        await raw.close()
        may_go_on.set()
        await until(lambda: len(tries) == 2)
        await until(lambda: is_idle(db))
    assert len(tries) == 2


async def test_the_stop_waits_for_the_running_job(db: Database, url: str) -> None:
    started, may_end, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slow(context: JobContext) -> None:
        started.set()
        await may_end.wait()
        ended.set()

    registry = Registry()
    registry.job("slow", slow)
    async with db.system() as tx:
        await enqueue(tx, "slow")
    async with working(db, url, registry) as stop:
        await asyncio.wait_for(started.wait(), patience())
        stop.set()
        asyncio.get_running_loop().call_later(0.1, may_end.set)
    assert ended.is_set()
    assert await is_idle(db)


async def test_a_job_that_does_not_end_is_given_back_whole(db: Database, url: str) -> None:
    started = asyncio.Event()

    async def endless(context: JobContext) -> None:
        started.set()
        await asyncio.Event().wait()

    registry = Registry()
    registry.job("endless", endless)
    async with db.system() as tx:
        await enqueue(tx, "endless")
    async with working(db, url, registry, finish_seconds=0.1) as stop:
        await asyncio.wait_for(started.wait(), patience())
        stop.set()
    async with db.system() as tx:
        assert await tx.value("SELECT status::text FROM pgqueuer") == "queued"


async def test_a_cancelled_node_gives_its_jobs_back_too(db: Database, url: str) -> None:
    started = asyncio.Event()

    async def endless(context: JobContext) -> None:
        started.set()
        await asyncio.Event().wait()

    registry = Registry()
    registry.job("endless", endless)
    async with db.system() as tx:
        await enqueue(tx, "endless")

    async def node() -> None:
        async with working(db, url, registry, finish_seconds=0.1):
            await asyncio.Event().wait()

    running = asyncio.create_task(node())
    await asyncio.wait_for(started.wait(), patience())
    running.cancel()
    await asyncio.wait({running})
    async with db.system() as tx:
        assert await tx.value("SELECT status::text FROM pgqueuer") == "queued"
