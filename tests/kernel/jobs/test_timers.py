"""A timer is a row with its moment: the sweep wakes whoever is due, the job looks at its row again.

The example: a client who was promised a call back is called when the moment has come.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from smena.kernel.clock import SetClock
from smena.kernel.db import Database, Tx
from smena.kernel.ids import AccountId
from smena.kernel.jobs.registry import JobContext, Registry
from smena.kernel.jobs.sweep import sweep

pytestmark = pytest.mark.anyio

ROMASHKA, LANDYSH = AccountId(31000001), AccountId(31000002)
MONDAY_10_00 = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

TABLE = """
CREATE TABLE callback (account_id bigint, client text, due_at timestamptz);
CREATE INDEX callback_due ON callback (due_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON callback TO smena_app, smena_system;
"""
PROMISE = "INSERT INTO callback (account_id, client, due_at) VALUES (:account, :client, :due_at)"
MOVE = "UPDATE callback SET due_at = :due_at WHERE account_id = :account AND client = :client"
DUE = "SELECT DISTINCT account_id FROM callback WHERE due_at <= :now ORDER BY account_id"
TAKE = """
DELETE FROM callback WHERE account_id = :account AND due_at <= :now RETURNING client
"""
WOKEN = "SELECT dedupe_key AS key FROM pgqueuer ORDER BY id"


async def due(tx: Tx, now: datetime) -> Sequence[AccountId]:
    return [AccountId(row.account_id) for row in await tx.rows(DUE, now=now)]


class Caller:
    def __init__(self) -> None:
        self.called: list[str] = []

    async def call_back(self, context: JobContext, account: AccountId) -> None:
        """Take the rows that are due by now: one that has moved meanwhile is left alone."""
        async with context.db.tenant(account) as tx:
            taken = await tx.rows(TAKE, account=account, now=context.now)
        self.called += [row.client for row in taken]


@pytest.fixture
async def promises(db: Database, db_url: str) -> Database:
    raw = await asyncpg.connect(db_url)
    await raw.execute(TABLE)
    await raw.close()
    for account, client, minutes in ((ROMASHKA, "Анна", 5), (LANDYSH, "Борис", 10)):
        async with db.tenant(account) as tx:
            due_at = MONDAY_10_00 + minutes * MINUTE
            await tx.run(PROMISE, account=account, client=client, due_at=due_at)
    return db


async def woken(db: Database, now: datetime) -> list[str]:
    registry = Registry()
    registry.account_job("call_back", Caller().call_back, due)
    await sweep(db, registry, now)
    async with db.system() as tx:
        return [row.key for row in await tx.rows(WOKEN)]


@pytest.mark.parametrize(
    ("minutes", "accounts"),
    [(4, []), (5, [ROMASHKA]), (9, [ROMASHKA]), (10, [ROMASHKA, LANDYSH])],
)
async def test_the_sweep_wakes_whoever_is_due(
    promises: Database, minutes: int, accounts: list[AccountId]
) -> None:
    found = await woken(promises, MONDAY_10_00 + minutes * MINUTE)
    assert found == [f"call_back:{account}" for account in accounts]


async def test_a_timer_that_has_moved_meanwhile_does_not_fire(promises: Database) -> None:
    caller, clock = Caller(), SetClock(MONDAY_10_00 + 5 * MINUTE)
    assert await woken(promises, clock.now()) == [f"call_back:{ROMASHKA}"]
    async with promises.tenant(ROMASHKA) as tx:
        await tx.run(MOVE, account=ROMASHKA, client="Анна", due_at=MONDAY_10_00 + 7 * MINUTE)
    await caller.call_back(JobContext(promises, clock), ROMASHKA)
    assert caller.called == []
    later = SetClock(MONDAY_10_00 + 7 * MINUTE)
    await caller.call_back(JobContext(promises, later), ROMASHKA)
    await caller.call_back(JobContext(promises, later), ROMASHKA)
    assert caller.called == ["Анна"]
