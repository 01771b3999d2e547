"""Transactions: what they leave behind, what they survive, what they refuse."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NewType

import asyncpg
import msgspec
import pytest

from smena.kernel.database.trouble import DatabaseBusy, is_transient
from smena.kernel.db import CommitRefused, Database
from smena.kernel.errors import TryLater
from smena.kernel.ids import AccountId

pytestmark = pytest.mark.anyio

ROMASHKA, LANDYSH = AccountId(31000001), AccountId(31000002)
WHO = "SELECT current_user || ':' || coalesce(current_setting('app.account_id', true), '')"
ADD_LIMIT = "INSERT INTO rate_limit (account_id, name, free_at_us) VALUES (:account, :name, 0)"
CUT = "SELECT pg_terminate_backend(pg_backend_pid())"
LIMITS = "SELECT name FROM rate_limit ORDER BY name"


@pytest.fixture
async def one(db_url: str) -> AsyncIterator[Database]:
    """A database whose pool lends the same connection again and again."""
    database = Database.open(db_url, pool_size=1, wait_seconds=0.2)
    yield database
    await database.close()


async def add(db: Database, name: str, account: AccountId = ROMASHKA) -> None:
    async with db.tenant(account) as tx:
        await tx.run(ADD_LIMIT, account=account, name=name)


async def names(db: Database) -> list[str]:
    async with db.system() as tx:
        return [row.name for row in await tx.rows(LIMITS)]


async def left_behind(db: Database) -> tuple[str, bool]:
    """Return who the pooled connection is between transactions, and whether one is open."""
    async with db.pool.connection() as raw:
        return await raw.fetchval(WHO), raw.is_in_transaction()


async def commits(db: Database) -> None:
    await add(db, "kept")


async def fails_in_python(db: Database) -> None:
    async with db.tenant(ROMASHKA) as tx:
        await tx.run(ADD_LIMIT, account=ROMASHKA, name="lost")
        raise LookupError


async def fails_in_sql(db: Database) -> None:
    async with db.tenant(ROMASHKA) as tx:
        await tx.run(ADD_LIMIT, account=ROMASHKA, name="lost")
        await tx.value("SELECT 1/0")


async def is_cancelled_in_a_statement(db: Database) -> None:
    entered = asyncio.Event()

    async def slow() -> None:
        async with db.tenant(ROMASHKA) as tx:
            await tx.run(ADD_LIMIT, account=ROMASHKA, name="lost")
            entered.set()
            await tx.value("SELECT pg_sleep(60)")

    task = asyncio.create_task(slow())
    await entered.wait()
    task.cancel()
    await task


async def swallows_a_failed_statement(db: Database) -> None:
    async with db.tenant(ROMASHKA) as tx:
        await tx.run(ADD_LIMIT, account=ROMASHKA, name="lost")
        with contextlib.suppress(asyncpg.PostgresError):
            await tx.value("SELECT 1/0")


async def loses_its_connection(db: Database) -> None:
    async with db.tenant(ROMASHKA) as tx:
        await tx.run(ADD_LIMIT, account=ROMASHKA, name="lost")
        await tx.run("RESET ROLE")
        await tx.value(CUT)


ENDS = [
    pytest.param(fails_in_python, LookupError, id="python"),
    pytest.param(fails_in_sql, asyncpg.PostgresError, id="sql"),
    pytest.param(is_cancelled_in_a_statement, asyncio.CancelledError, id="cancelled"),
    pytest.param(swallows_a_failed_statement, CommitRefused, id="swallowed"),
    pytest.param(loses_its_connection, asyncpg.PostgresError, id="cut"),
]


async def test_a_commit_leaves_no_role_and_no_account_behind(one: Database) -> None:
    before = await left_behind(one)
    await commits(one)
    who, is_open = await left_behind(one)
    assert (who, is_open) == (before[0], False)
    assert await names(one) == ["kept"]


@pytest.mark.parametrize(("end", "error"), ENDS)
async def test_a_failure_leaves_nothing_behind(one: Database, end, error) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001 -- a table of ends
    who, _is_open = await left_behind(one)
    with pytest.raises(error):
        await end(one)
    assert await left_behind(one) == (who, False)
    assert await names(one) == []
    await commits(one)


async def test_many_ends_in_a_row_leak_no_connection(one: Database) -> None:
    for _ in range(3):
        for end, error in (case.values for case in ENDS):
            with pytest.raises(error):  # type: ignore[call-overload]  # a table of ends
                await end(one)  # type: ignore[operator]  # a table of ends
    async with one.system(), one.system() as tx:
        assert await tx.value("SELECT 1") == 1


async def test_a_tenant_is_the_tenant(db: Database) -> None:
    async with db.tenant(ROMASHKA) as tx:
        assert tx.account == ROMASHKA
        assert await tx.value(WHO) == f"smena_app:{ROMASHKA}"
    async with db.system() as tx:
        assert (await tx.value(WHO)).startswith("smena_system:")
        with pytest.raises(RuntimeError):
            _ = tx.account


async def fails_across_accounts(db: Database) -> None:
    async with db.tenant(ROMASHKA) as tx:
        await tx.run(ADD_LIMIT, account=ROMASHKA, name="lost")
        with contextlib.suppress(asyncpg.PostgresError):
            async with tx.as_system() as system:
                await system.run("SELECT no_such_column")


async def test_a_part_across_accounts_stands_or_falls_with_the_rest(one: Database) -> None:
    """Whatever ends the part, what follows is the tenant's again."""
    async with one.tenant(ROMASHKA) as tx:
        async with tx.as_system() as system:
            assert (await system.value(WHO)).startswith("smena_system:")
            await system.run(ADD_LIMIT, account=LANDYSH, name="neighbour")
        assert await tx.value(WHO) == f"smena_app:{ROMASHKA}"
        with contextlib.suppress(LookupError):
            async with tx.as_system():
                raise LookupError
        assert await tx.value(WHO) == f"smena_app:{ROMASHKA}"
        assert await tx.rows(LIMITS) == []
    assert await names(one) == ["neighbour"]
    with pytest.raises(CommitRefused):
        await fails_across_accounts(one)
    assert await names(one) == ["neighbour"]
    assert (await left_behind(one))[1] is False


async def test_who_finds_no_connection_is_told_to_come_later(one: Database) -> None:
    async with one.system(), one.system():
        with pytest.raises(DatabaseBusy) as found:
            async with one.system():
                pass
    assert isinstance(found.value, TryLater)
    await commits(one)


async def test_connections_that_died_in_the_pool_are_replaced_unnoticed(
    one: Database, db_url: str
) -> None:
    async with one.system(), one.system():
        pass
    other = await asyncpg.connect(db_url)
    await other.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await other.close()
    await commits(one)
    assert await names(one) == ["kept"]


async def test_a_refusal_of_the_role_is_told_and_leaves_nothing(one: Database) -> None:
    with pytest.raises(ValueError, match="format code"):
        async with one.tenant("1'; DROP TABLE inbox; --"):  # type: ignore[arg-type]  # hostile
            pass
    await commits(one)


async def test_the_last_act_is_done_once_and_inside(db: Database) -> None:
    done: list[AccountId] = []

    async def act(tx) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001 -- Tx
        done.append(tx.account)
        await tx.run(ADD_LIMIT, account=ROMASHKA, name="by the last act")

    async with db.tenant(ROMASHKA) as tx:
        tx.before_commit(act)
        tx.before_commit(act)
        assert done == []
    assert done == [ROMASHKA]
    assert await names(db) == ["by the last act"]


async def test_many_rows_by_one_statement(db: Database) -> None:
    async with db.tenant(ROMASHKA) as tx:
        await tx.run_many(ADD_LIMIT, [{"account": ROMASHKA, "name": n} for n in ("many", "more")])
        await tx.run_many(ADD_LIMIT, [])
    assert await names(db) == ["many", "more"]


class Mood(StrEnum):
    GOOD = "good"


Number = NewType("Number", int)


@dataclass(frozen=True, slots=True)
class Told:
    """One field of each kind that stores have."""

    number: Number
    mood: Mood | None
    at: datetime
    lasts: timedelta
    ids: frozenset[Number]
    extra: Mapping[str, object]
    missing: str | None
    rest: int = 7


TOLD = """
SELECT CAST(:number AS bigint) AS number, 'good' AS mood, CAST(:at AS timestamptz) AS at,
       make_interval(secs => 1.5) AS lasts, ARRAY[1, 2] AS ids, CAST(:extra AS jsonb) AS extra,
       NULL AS missing, 'not a field' AS other
"""


async def test_a_row_is_read_as_what_it_tells(db: Database) -> None:
    at = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
    terms: dict[str, object] = {"number": 5, "at": at, "extra": '{"a": [1]}'}
    told = Told(
        Number(5), Mood.GOOD, at, timedelta(seconds=1.5), frozenset({Number(1), Number(2)}),
        {"a": [1]}, None,
    )  # fmt: skip
    async with db.system() as tx:
        assert await tx.one(Told, TOLD, **terms) == told
        assert await tx.all(Told, f"{TOLD} UNION ALL {TOLD}", **terms) == [told, told]
        assert await tx.one(Told, f"{TOLD} LIMIT 0", **terms) is None
        with pytest.raises(msgspec.ValidationError, match="mood"):
            await tx.one(Told, TOLD.replace("good", "bad"), **terms)


async def test_a_row_has_names_and_an_order(db: Database) -> None:
    async with db.system() as tx:
        row = await tx.row("SELECT 1 AS first, 'b' AS second")
    assert row is not None
    first, second = row
    assert (row.first, row.second) == (first, second) == (1, "b")
    with pytest.raises(AttributeError, match="third"):
        _ = row.third


async def test_how_many_rows_a_statement_touched(db: Database) -> None:
    values = "INSERT INTO rate_limit (account_id, name, free_at_us) SELECT :a, v, 0 FROM unnest"
    async with db.tenant(ROMASHKA) as tx:
        assert (
            await tx.run(f"{values}(CAST(:names AS text[])) v", a=ROMASHKA, names=["x", "y"]) == 2
        )
        assert await tx.run("UPDATE rate_limit SET free_at_us = 1 WHERE name = :n", n="x") == 1
        assert await tx.run("SELECT * FROM rate_limit") == 2
        assert await tx.run("SET LOCAL work_mem = '1MB'") == 0


async def test_the_same_parameters_in_another_order(db: Database) -> None:
    async with db.system() as tx:
        ask = "SELECT CAST(:b AS int) - CAST(:a AS int), CAST(:b AS int)"
        assert tuple(await tx.row(ask, a=1, b=3) or ()) == (2, 3)
        with pytest.raises(TypeError, match="no value for: b"):
            await tx.row(ask, a=1)


async def fail(db: Database, statement: str) -> None:
    async with db.system() as tx:
        await tx.run("RESET ROLE")
        await tx.value(statement)


@pytest.mark.parametrize(
    ("statement", "passes"),
    [
        ("SELECT 1/0", False),
        ("SELECT * FROM no_such_table", False),
        ("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40P01'; END $$", True),
        ("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '55P03'; END $$", True),
        ("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '25006'; END $$", True),
        ("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '53100'; END $$", True),
        ("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '57014'; END $$", True),
        ("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '23505'; END $$", False),
        (CUT, True),
    ],
)
async def test_what_passes_by_itself(db: Database, statement: str, passes: bool) -> None:  # noqa: FBT001 -- a column of the table
    with pytest.raises(asyncpg.PostgresError) as found:
        await fail(db, statement)
    assert is_transient(found.value) is passes


async def test_trouble_outside_the_database() -> None:
    assert is_transient(ConnectionRefusedError())
    assert is_transient(TimeoutError())
    assert not is_transient(KeyError("name"))
