"""Through a pooler that lends a server for one transaction: nothing depends on a session."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import pytest

from smena.kernel.clock import SystemClock
from smena.kernel.database.url import DatabaseUrl
from smena.kernel.db import Database
from smena.kernel.ids import AccountId
from smena.kernel.jobs import failures
from smena.kernel.jobs.enqueue import enqueue
from smena.kernel.jobs.failures import FailureKind, Trouble
from tests.kernel.pooler import PGBOUNCER, Pooler, pgbouncer, pooler

pytestmark = pytest.mark.anyio

ACCOUNTS = [AccountId(31000001), AccountId(31000002)]
ADD_LIMIT = """
INSERT INTO rate_limit (account_id, name, free_at_us) VALUES (:account, :name, :free_at)
"""
LIMITS = "SELECT name FROM rate_limit WHERE name <> :name ORDER BY name"
SETTINGS = """
SELECT current_setting('statement_timeout'), current_setting('application_name'),
       current_setting('idle_in_transaction_session_timeout')
"""
NAMED = "SELECT count(*) FROM pg_prepared_statements"


@pytest.fixture
async def through(db_url: str) -> AsyncIterator[tuple[Pooler, str]]:
    with TemporaryDirectory(prefix="smena-test-") as folder:
        async with pooler(db_url, Path(folder)) as made:
            yield made


async def work(db: Database, account: AccountId, clock: SystemClock) -> list[str]:
    """Do a little of everything: parameters, arrays, json, many rows, the queue, a failure."""
    async with db.tenant(account) as tx:
        await tx.run(ADD_LIMIT, account=account, name="one", free_at=1)
        rows = [{"account": account, "name": name, "free_at": 2} for name in ("two", "three")]
        await tx.run_many(ADD_LIMIT, rows)
        await enqueue(tx, "work", account=account)
        raw = await tx.driver()
        assert await raw.fetchval("SELECT $1::bigint[]", [1, 2]) == [1, 2]
    with pytest.raises(asyncpg.DivisionByZeroError):
        async with db.tenant(account) as tx:
            await tx.value("SELECT 1 / CAST(:zero AS int)", zero=0)
    trouble = Trouble("job", str(account), FailureKind.DEFECT, {"account": account}, "why")
    async with db.system() as tx:
        await failures.keep(tx, trouble, clock.now())
        (found,) = await failures.of_account(tx, account)
        assert found.arguments == {"account": account}
    async with db.tenant(account) as tx:
        return [row.name for row in await tx.rows(LIMITS, name="one")]


async def test_two_clients_share_one_connection(through: tuple[Pooler, str]) -> None:
    made, url = through
    await share(url)
    assert made.transactions > 10


async def test_two_clients_share_one_connection_of_pgbouncer(db_url: str) -> None:
    if not Path(PGBOUNCER).exists():
        pytest.skip("PgBouncer is not installed; a pooler in miniature proves the same")
    if "host" not in DatabaseUrl.parse(db_url).options:
        pytest.skip("the server of the tests is not reached by a socket")
    with TemporaryDirectory(prefix="smena-test-") as folder:
        async with pgbouncer(db_url, Path(folder)) as url:
            await share(url)


async def share(url: str) -> None:
    clock = SystemClock()
    clients = [Database.open(url, pool_size=1, is_pooler=True) for _ in ACCOUNTS]
    for _round in range(2):
        found = await asyncio.gather(
            *(work(db, account, clock) for db, account in zip(clients, ACCOUNTS, strict=True))
        )
        assert found == [["three", "two"]] * 2
        async with clients[0].system() as tx:
            assert await tx.value(NAMED) == 0
            await tx.run("DELETE FROM rate_limit")
    for db in clients:
        await db.close()


async def test_settings_hold_inside_a_transaction_and_not_after_it(
    through: tuple[Pooler, str],
) -> None:
    _made, url = through
    db = Database.open(url, pool_size=1, is_pooler=True)
    async with db.system() as tx:
        inside = await tx.row(SETTINGS)
    async with db.pool.connection() as raw:
        (after,) = await raw.fetch(SETTINGS)
    await db.close()
    assert tuple(inside or ()) == ("1min", "smena", "30s")
    assert tuple(after) == ("0", "", "0")


async def test_a_direct_connection_keeps_its_statements(through: tuple[Pooler, str]) -> None:
    """Shows that the question whether any are left can be answered with yes."""
    _made, url = through
    db = Database.open(url, pool_size=1)
    async with db.system() as tx:
        await tx.rows(LIMITS, name="one")
        left = await tx.value(NAMED)
    await db.close()
    assert left > 0
