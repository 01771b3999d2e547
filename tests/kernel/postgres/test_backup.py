"""Everything goes into the file and comes back; a failure leaves nothing half done."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from smena.kernel.database.url import DatabaseUrl
from smena.kernel.db import Database
from smena.kernel.ids import AccountId
from smena.kernel.inbox import Inbox
from smena.kernel.postgres.backup import dump, restore
from smena.kernel.postgres.server import EmbeddedPostgres
from smena.kernel.postgres.trouble import PostgresTrouble

ROMASHKA = AccountId(31000001)
MONDAY_10_00 = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


@pytest.fixture
async def empty_server(place: Path) -> AsyncIterator[str]:
    """A server that has never seen our tables and roles."""
    async with EmbeddedPostgres(place) as server:
        yield server.url


@pytest.mark.anyio
async def test_round_trip_keeps_rows_rights_and_walls(
    db: Database, db_url: str, empty_server: str, tmp_path: Path
) -> None:
    await Inbox(db, lambda _accounts: None).keep(
        ROMASHKA, "amocrm", b"leads[add][0][id]=1", MONDAY_10_00
    )
    copy = tmp_path / "копия 1.dump"
    await dump(db_url, copy)
    assert copy.stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir()] == [copy.name]

    await restore(empty_server, copy)
    restored = Database.open(empty_server, pool_size=1)
    try:
        async with restored.tenant(ROMASHKA) as tx:
            assert await tx.value("SELECT body FROM inbox") == b"leads[add][0][id]=1"
        async with restored.tenant(AccountId(31000002)) as tx:
            assert await tx.rows("SELECT body FROM inbox") == []
    finally:
        await restored.close()
    for statement in ("SELECT version_num FROM alembic_version", _POLICIES):
        assert await _ask(empty_server, statement) == await _ask(db_url, statement)


@pytest.mark.anyio
async def test_only_into_an_empty_database(db_url: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy.dump"
    await dump(db_url, copy)
    with pytest.raises(PostgresTrouble, match="только в пустую"):
        await restore(db_url, copy)


@pytest.mark.anyio
async def test_spoiled_copy_changes_nothing(db_url: str, empty_server: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy.dump"
    await dump(db_url, copy)
    whole = copy.read_bytes()
    copy.write_bytes(whole[: len(whole) * 3 // 4])
    with pytest.raises(PostgresTrouble, match="pg_restore"):
        await restore(empty_server, copy)
    copy.write_bytes(whole)
    await restore(empty_server, copy)


@pytest.mark.anyio
async def test_failed_copy_keeps_the_one_before(db_url: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy.dump"
    copy.write_bytes(b"the one before")
    nowhere = replace(DatabaseUrl.parse(db_url), database="nowhere").dsn
    with pytest.raises(PostgresTrouble, match="nowhere"):
        await dump(nowhere, copy)
    assert copy.read_bytes() == b"the one before"
    assert [path.name for path in tmp_path.iterdir()] == [copy.name]
    with pytest.raises(PostgresTrouble, match="Не удалось записать копию"):
        await dump(db_url, tmp_path / "no such folder" / "copy.dump")
    copy.write_bytes(b"not a copy")
    secret = replace(DatabaseUrl.parse(nowhere), password="not for eyes")
    with pytest.raises(PostgresTrouble, match="недоступна") as told:
        await restore(secret.dsn, copy)
    assert "not for eyes" not in str(told.value)
    with pytest.raises(PostgresTrouble, match="Нет файла"):
        await restore(db_url, tmp_path / "no such file")


_POLICIES = """
SELECT string_agg(tablename || policyname, ' ' ORDER BY tablename, policyname) FROM pg_policies
"""


async def _ask(url: str, statement: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()
