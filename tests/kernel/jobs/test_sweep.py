"""What the sweep heals."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from smena.kernel.db import Database, Tx
from smena.kernel.ids import AccountId
from smena.kernel.jobs.enqueue import enqueue, wake
from smena.kernel.jobs.registry import JobContext, Registry
from smena.kernel.jobs.sweep import forget_old_log, keep_sweeping, sweep, unpark
from tests.kernel.jobs.parcels import context_of
from tests.patience import until

pytestmark = pytest.mark.anyio

ROMASHKA, LANDYSH = AccountId(31000001), AccountId(31000002)
MONDAY_10_00 = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
QUEUE = "SELECT dedupe_key AS key, status::text AS status FROM pgqueuer ORDER BY id"


async def drain(context: JobContext, account: AccountId) -> None: ...


async def both(tx: Tx, now: datetime) -> Sequence[AccountId]:
    return [LANDYSH, ROMASHKA]


async def broken(tx: Tx, now: datetime) -> Sequence[AccountId]:
    await tx.run("SELECT 1/0")
    return []


async def queue(db: Database) -> list[tuple[str, str]]:
    async with db.system() as tx:
        return [(row.key, row.status) for row in await tx.rows(QUEUE)]


async def test_who_has_rows_waiting_is_woken_once(db: Database) -> None:
    registry = Registry()
    registry.account_job("drain", drain, both)
    for _ in range(2):
        await sweep(db, registry, MONDAY_10_00)
    assert await queue(db) == [
        (f"drain:{ROMASHKA}", "queued"),
        (f"drain:{LANDYSH}", "queued"),
    ]


async def test_a_broken_question_does_not_keep_the_others_waiting(db: Database) -> None:
    registry = Registry()
    registry.account_job("broken", drain, broken)
    registry.account_job("drain", drain, both)
    stop = asyncio.Event()
    sweeping = asyncio.create_task(keep_sweeping(context_of(db), registry, stop))

    async def has_woken() -> bool:
        return len(await queue(db)) == 2

    await until(has_woken)
    stop.set()
    await sweeping


async def test_a_parked_job_goes_back_to_the_queue_and_a_doubled_one_away(db: Database) -> None:
    async with db.system() as tx:
        await enqueue(tx, "greet", lead=1)
        for account in (ROMASHKA, LANDYSH, ROMASHKA):
            await enqueue(tx, "drain", key=f"drain:{account}", account=account)
            await tx.run("UPDATE pgqueuer SET status = 'failed'")
        await wake(tx, "drain", LANDYSH)
    await unpark(db)
    assert await queue(db) == [
        (None, "queued"),
        (f"drain:{ROMASHKA}", "queued"),
        (f"drain:{LANDYSH}", "queued"),
    ]


async def test_the_log_of_the_queue_does_not_grow_for_ever(db: Database) -> None:
    async with db.system() as tx:
        await enqueue(tx, "greet", lead=1)
        await tx.run("UPDATE pgqueuer_log SET created = now() - interval '1 day'")
        await enqueue(tx, "greet", lead=2)
    await forget_old_log(db)
    async with db.system() as tx:
        assert await tx.value("SELECT count(*) FROM pgqueuer_log") == 1
