"""Work for the worker's tests: parcels of an account that an account job hands over in order.

Every start and end of a hand-over is a row, so that a test can see order, doubles and overlaps
afterwards, whatever died in between.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg

from smena.kernel.clock import SystemClock
from smena.kernel.db import Database, Tx
from smena.kernel.ids import AccountId
from smena.kernel.jobs.registry import JobContext, Registry
from smena.kernel.jobs.worker import Worker

ACCOUNT_JOB = "parcels"

TABLES = """
CREATE TABLE parcel (
    account_id bigint, id bigint GENERATED ALWAYS AS IDENTITY,
    asked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    handed_at timestamptz, node text,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX parcel_waiting ON parcel (account_id, id) WHERE handed_at IS NULL;
CREATE TABLE handing (
    account_id bigint PRIMARY KEY, node text, busy boolean NOT NULL DEFAULT false
);
CREATE TABLE overlap (account_id bigint, at timestamptz DEFAULT clock_timestamp());
GRANT SELECT, INSERT, UPDATE, DELETE ON parcel, handing, overlap TO smena_app, smena_system;
"""

WAITING = "SELECT DISTINCT account_id FROM parcel WHERE handed_at IS NULL"
ORDERING_ROW = """
INSERT INTO handing (account_id) VALUES (:account) ON CONFLICT DO NOTHING
"""
LOCK = "SELECT busy FROM handing WHERE account_id = :account FOR UPDATE"
NEXT = """
SELECT id FROM parcel WHERE account_id = :account AND handed_at IS NULL ORDER BY id LIMIT :limit
"""
HAND = """
UPDATE parcel SET handed_at = clock_timestamp(), node = :node
 WHERE account_id = :account AND id = ANY(:ids) AND handed_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """One node's hand; `seconds` is how long a hand-over takes."""

    node: str
    seconds: float = 0.0
    at_a_time: int = 10

    async def hand_over(self, context: JobContext, account: AccountId) -> None:
        while await self._some(context, account):
            pass

    async def _some(self, context: JobContext, account: AccountId) -> bool:
        async with context.db.tenant(account) as tx:
            # The row that orders this account's work: even a late heartbeat overlaps nothing.
            await tx.run(ORDERING_ROW, account=account)
            await tx.row(LOCK, account=account)
            ids = [row.id for row in await tx.rows(NEXT, account=account, limit=self.at_a_time)]
            if ids and self.seconds:
                await asyncio.sleep(self.seconds)
            return await tx.run(HAND, account=account, ids=ids, node=self.node) > 0


async def waiting(tx: Tx, now: datetime) -> Sequence[AccountId]:
    return [AccountId(row.account_id) for row in await tx.rows(WAITING)]


async def nobody(tx: Tx, now: datetime) -> Sequence[AccountId]:
    """A sweep that sees nothing, to test what works without it."""
    return []


async def prepare(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(TABLES)
    await connection.close()


async def put(tx: Tx, count: int = 1) -> None:
    await tx.run(
        "INSERT INTO parcel (account_id) SELECT :account FROM generate_series(1, :count)",
        account=tx.account,
        count=count,
    )


async def left(db: Database) -> int:
    async with db.system() as tx:
        return int(await tx.value("SELECT count(*) FROM parcel WHERE handed_at IS NULL"))


def context_of(db: Database) -> JobContext:
    return JobContext(db, SystemClock())


@asynccontextmanager
async def working(
    db: Database, url: str, registry: Registry, *, finish_seconds: float = 5.0
) -> AsyncIterator[asyncio.Event]:
    """Run a worker inside the block; yields the event that stops it."""
    stop = asyncio.Event()
    worker = Worker(
        url,
        registry,
        context_of(db),
        heartbeat_timeout=timedelta(seconds=1),
        finish_seconds=finish_seconds,
    )
    running = asyncio.create_task(worker.run(stop))
    try:
        yield stop
    finally:
        stop.set()
        await running
