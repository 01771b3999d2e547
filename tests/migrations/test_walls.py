"""The second wall, tried from outside: what a transaction can reach with a wrong or no account."""

from datetime import UTC, datetime

import asyncpg
import pytest

from smena.kernel.db import Database
from smena.kernel.ids import AccountId
from smena.kernel.jobs.enqueue import enqueue

pytestmark = pytest.mark.anyio

ROMASHKA, LANDYSH = AccountId(31000001), AccountId(31000002)
MONDAY_10_00 = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
INSERT = """
INSERT INTO inbox (account_id, source, received_at, body) VALUES (:account, 'amocrm', :at, '\\x')
"""
NOT_ALLOWED = r"permission denied|must be owner"
HIDDEN = ("person", "session", "sign_in_attempt", "job_failure")


async def fill(db: Database) -> None:
    for account in (ROMASHKA, LANDYSH):
        async with db.tenant(account) as tx:
            await tx.run(INSERT, account=account, at=MONDAY_10_00)


async def as_tenant(db: Database, account: AccountId, statement: str) -> int:
    async with db.tenant(account) as tx:
        return await tx.run(statement)


async def test_a_tenant_sees_changes_and_removes_its_own_rows_only(db: Database) -> None:
    await fill(db)
    assert await as_tenant(db, ROMASHKA, "SELECT * FROM inbox") == 1
    assert await as_tenant(db, ROMASHKA, "UPDATE inbox SET trouble = 'x'") == 1
    assert await as_tenant(db, ROMASHKA, "DELETE FROM inbox") == 1
    assert await as_tenant(db, LANDYSH, "SELECT * FROM inbox WHERE trouble = ''") == 1


@pytest.mark.parametrize(
    "statement",
    [
        INSERT.replace(":account", str(LANDYSH)).replace(":at", "now()"),
        f"UPDATE inbox SET account_id = {LANDYSH}",
    ],
    ids=["insert", "update"],
)
async def test_writing_for_another_account_is_an_error(db: Database, statement: str) -> None:
    await fill(db)
    with pytest.raises(asyncpg.PostgresError, match="row-level security"):
        await as_tenant(db, ROMASHKA, statement)


async def test_without_an_account_a_table_is_an_error_and_never_rows(
    db: Database, db_url: str
) -> None:
    await fill(db)
    raw = await asyncpg.connect(db_url)
    await raw.execute("SET ROLE smena_app")
    with pytest.raises(asyncpg.UndefinedObjectError):
        await raw.fetch("SELECT FROM inbox")
    # The setting of a past transaction leaves an empty text behind, which is no account either.
    await raw.execute("BEGIN; SET LOCAL app.account_id = '1'; COMMIT")
    with pytest.raises(asyncpg.InvalidTextRepresentationError):
        await raw.fetch("SELECT FROM inbox")
    await raw.close()


@pytest.mark.parametrize("table", HIDDEN)
async def test_a_tenant_cannot_even_ask_what_is_not_of_an_account(db: Database, table: str) -> None:
    with pytest.raises(asyncpg.PostgresError, match="permission denied"):
        await as_tenant(db, ROMASHKA, f'SELECT FROM "{table}"')


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "ALTER TABLE inbox DISABLE ROW LEVEL SECURITY",
        "DROP TABLE inbox",
    ],
)
async def test_the_roles_change_no_tables(db: Database, statement: str) -> None:
    with pytest.raises(asyncpg.PostgresError, match=NOT_ALLOWED):
        await as_tenant(db, ROMASHKA, statement)
    with pytest.raises(asyncpg.PostgresError, match=NOT_ALLOWED):
        async with db.system() as tx:
            await tx.run(statement)


async def test_a_tenant_may_ask_for_work_and_not_touch_it(db: Database) -> None:
    async with db.tenant(ROMASHKA) as tx:
        await enqueue(tx, "greet", account=ROMASHKA)
    for statement in ("DELETE FROM pgqueuer", "UPDATE pgqueuer SET priority = 1"):
        with pytest.raises(asyncpg.PostgresError, match="permission denied"):
            await as_tenant(db, ROMASHKA, statement)


async def test_pieces_of_the_event_table_are_closed_to_both_roles(db: Database) -> None:
    async with db.system() as tx:
        await tx.run("SELECT crm_event_make_weeks(ARRAY[date '2026-11-23'])")
        pieces = await tx.rows(
            "SELECT inhrelid::regclass::text AS name FROM pg_inherits"
            " WHERE inhparent = 'crm_event'::regclass"
        )
        assert pieces
    for piece in pieces:
        with pytest.raises(asyncpg.PostgresError, match="permission denied"):
            await as_tenant(db, ROMASHKA, f"SELECT FROM {piece.name}")
