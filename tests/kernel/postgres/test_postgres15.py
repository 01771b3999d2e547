"""The oldest PostgreSQL that an installation may bring: Debian's 15, where it is installed."""

import asyncio
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from smena.kernel.db import Database
from smena.kernel.ids import AccountId
from smena.kernel.inbox import Inbox, take
from smena.kernel.postgres.owner import Owner
from smena.migrations.apply import upgrade
from tests.folders import new_folder
from tests.patience import patience

PROGRAMS = Path("/usr/lib/postgresql/15/bin")
ROMASHKA, LANDYSH = AccountId(31000001), AccountId(31000002)
MONDAY_10_00 = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.anyio,
    pytest.mark.skipif(not PROGRAMS.exists(), reason="Debian's postgresql-15 is not installed"),
]


@pytest.fixture(scope="module")
def old_server() -> Iterator[str]:
    """A throw-away server of version 15: an administrator's, not of our making."""
    folder = new_folder()
    owner = _postgres()
    owner.give(folder)
    data = str(folder / "data")
    initdb = [str(PROGRAMS / "initdb"), "-D", data, "-U", "admin", "-A", "trust", "-E", "UTF8"]
    subprocess.run(initdb, check=True, capture_output=True, cwd="/", **owner.identity)
    listen = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={folder}"]
    command = [str(PROGRAMS / "postgres"), "-D", data, *listen, "-c", "fsync=off"]
    server = subprocess.Popen(command, cwd="/", stderr=subprocess.DEVNULL, **owner.identity)
    yield f"postgresql://admin@/postgres?host={folder}"
    server.terminate()
    server.wait(timeout=patience())
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def old_url(old_server: str) -> str:
    asyncio.run(_answers(old_server))
    asyncio.run(upgrade(old_server))
    return old_server


async def test_it_is_15(old_url: str) -> None:
    connection = await asyncpg.connect(old_url)
    assert (await connection.fetchval("SHOW server_version")).startswith("15.")
    await connection.close()


async def test_migrations_once_more_change_nothing(old_url: str) -> None:
    await upgrade(old_url)


async def test_tenants_see_their_own(old_url: str) -> None:
    db = Database.open(old_url, pool_size=2)
    try:
        inbox = Inbox(db, lambda _accounts: None)
        for account in (ROMASHKA, LANDYSH):
            await inbox.keep(account, "amocrm", str(account).encode(), MONDAY_10_00)
        async with db.tenant(ROMASHKA) as tx:
            assert [kept.body for kept in await take(tx, "amocrm", 10)] == [b"31000001"]
            assert await tx.value("SELECT count(*) FROM inbox") == 1
        async with db.system() as tx:
            assert await tx.value("SELECT count(*) FROM inbox") == 2
    finally:
        await db.close()


async def test_every_table_of_an_account_has_its_wall(old_url: str) -> None:
    connection = await asyncpg.connect(old_url)
    bare = await connection.fetch(
        "SELECT c.relname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
        " WHERE a.attname = 'account_id' AND a.attnotnull AND c.relkind IN ('r', 'p')"
        " AND NOT c.relispartition AND NOT (c.relrowsecurity AND c.relforcerowsecurity)"
    )
    await connection.close()
    assert bare == []


def _postgres() -> Owner:
    if os.geteuid() != 0:
        return Owner("", os.geteuid(), os.getegid())
    entry = pwd.getpwnam("postgres")
    return Owner("postgres", entry.pw_uid, entry.pw_gid)


async def _answers(url: str) -> None:
    async with asyncio.timeout(patience()):
        while True:
            try:
                await (await asyncpg.connect(url)).close()
            except (OSError, asyncpg.CannotConnectNowError):
                await asyncio.sleep(0.05)
            else:
                return
