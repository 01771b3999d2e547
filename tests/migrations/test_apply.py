"""Starting many nodes at once, on new, half-made, newer, locked and poorly owned databases."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from smena.kernel.database.url import DatabaseUrl
from smena.kernel.ids_and_secrets import new_id
from smena.kernel.postgres.server import EmbeddedPostgres
from smena.migrations.apply import upgrade
from smena.migrations.obstacles import CannotMigrate
from tests.patience import until

pytestmark = pytest.mark.anyio

TABLES = (
    "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
)
A_NODE = """
import asyncio, sys
from smena.migrations.apply import upgrade
asyncio.run(upgrade(sys.argv[1]))
"""


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def empty_database(server_url: str, owner: str = "") -> AsyncIterator[str]:
    name = f"empty_{new_id().hex}"
    async with connected(server_url) as admin:
        await admin.execute(f'CREATE DATABASE "{name}"' + (f' OWNER "{owner}"' if owner else ""))
        yield replace(DatabaseUrl.parse(server_url), database=name).dsn
        await admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@asynccontextmanager
async def limited_user(server_url: str, options: str) -> AsyncIterator[str]:
    """A user who is not an administrator of the server."""
    name = f"limited_{new_id().hex}"
    async with connected(server_url) as admin:
        await admin.execute(f"CREATE ROLE \"{name}\" LOGIN PASSWORD 'secret' {options}")
        try:
            yield name
        finally:
            await admin.execute(f'DROP ROLE "{name}"')


def as_user(url: str, user: str) -> str:
    return replace(DatabaseUrl.parse(url), user=user, password="secret").dsn


def head() -> str:
    found = ScriptDirectory(str(Path(__file__).parents[2] / "src/smena/migrations"))
    return found.get_current_head() or ""


async def version(url: str) -> str:
    async with connected(url) as connection:
        return str(await connection.fetchval("SELECT version_num FROM alembic_version"))


async def test_three_nodes_start_on_a_new_database_at_once(server_url: str) -> None:
    async with empty_database(server_url) as url:
        await asyncio.gather(*(upgrade(url) for _ in range(3)))
        assert await version(url) == head()


@pytest.mark.slow
async def test_three_processes_start_on_a_new_database_at_once(server_url: str) -> None:
    async with empty_database(server_url) as url:
        nodes = [subprocess.Popen([sys.executable, "-c", A_NODE, url]) for _ in range(3)]
        codes = [await asyncio.to_thread(node.wait, 120) for node in nodes]
        assert codes == [0, 0, 0]
        assert await version(url) == head()


async def test_a_second_start_changes_nothing(db_url: str) -> None:
    async with connected(db_url) as connection:
        before = await connection.fetchval(TABLES)
        await upgrade(db_url)
        assert await connection.fetchval(TABLES) == before


async def test_a_database_newer_than_the_program_is_left_alone(db_url: str) -> None:
    async with connected(db_url) as connection:
        await connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(CannotMigrate, match=f"9999.*{head()}"):
        await upgrade(db_url)
    assert await version(db_url) == "9999"


async def test_the_queue_follows_its_library(db_url: str) -> None:
    async with connected(db_url) as connection:
        await connection.execute("DROP INDEX pgqueuer_unique_dedupe_key")
        await connection.execute("ALTER TABLE pgqueuer DROP COLUMN slot")
        await upgrade(db_url)
        assert await connection.fetchval("SELECT to_regclass('pgqueuer_unique_dedupe_key')")
        assert await connection.fetch("SELECT slot FROM pgqueuer") == []


OLDER = "0005"
"""A version after which a migration refers to `account`, so that a lock on it is in the way."""


@asynccontextmanager
async def older_database(
    server_url: str, owner: str = "", version: str = OLDER
) -> AsyncIterator[str]:
    """A database that an earlier program has made, for its owner when one is named."""

    def migrate(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", "smena:migrations")
        config.attributes["connection"] = connection
        command.upgrade(config, version)

    async with empty_database(server_url, owner) as address:
        url = as_user(address, owner) if owner else address
        engine = create_async_engine(make_url(url).set(drivername="postgresql+asyncpg"))
        async with engine.connect() as work:
            await work.run_sync(migrate)
            await work.commit()
        await engine.dispose()
        yield url


async def test_a_lock_in_the_way_is_waited_out(server_url: str) -> None:
    async with (
        older_database(server_url) as url,
        connected(url) as holder,
        connected(url) as watcher,
    ):
        lock = holder.transaction()
        await lock.start()
        # What the migration needs: a reference to `account` locks it against writers.
        await holder.execute("LOCK TABLE account IN EXCLUSIVE MODE")
        starting = asyncio.create_task(upgrade(url, lock_seconds=0.2))
        await until(lambda: gave_way(watcher))
        assert not starting.done()
        await lock.rollback()
        await starting
        assert await version(url) == head()


async def test_a_lock_held_for_ever_is_told(server_url: str) -> None:
    async with older_database(server_url) as url, connected(url) as holder:
        async with holder.transaction():
            await holder.execute("LOCK TABLE account IN EXCLUSIVE MODE")
            with pytest.raises(CannotMigrate, match="заняты"):
                await upgrade(url, lock_seconds=0.1, tries=2)
        assert await version(url) == OLDER


async def gave_way(watcher: asyncpg.Connection) -> bool:
    waiting = await watcher.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted")
    return bool(waiting)


async def test_an_owner_who_may_take_the_roles_needs_no_other_right(server_url: str) -> None:
    async with (
        limited_user(server_url, "") as user,
        empty_database(server_url, owner=user) as url,
        connected(server_url) as admin,
    ):
        await upgrade_once_so_that_roles_exist(server_url)
        await admin.execute(f'GRANT smena_app, smena_system TO "{user}"')
        await upgrade(as_user(url, user))
        assert await version(url) == head()


async def test_lack_of_rights_is_told_with_the_statements_to_run(server_url: str) -> None:
    await upgrade_once_so_that_roles_exist(server_url)
    async with limited_user(server_url, "") as user, empty_database(server_url, owner=user) as url:
        with pytest.raises(CannotMigrate, match=f'GRANT smena_app, smena_system TO "{user}"'):
            await upgrade(as_user(url, user))
        async with connected(url) as connection:
            assert not await connection.fetchval("SELECT to_regclass('inbox')")


async def test_a_stranger_in_the_database_is_told_to_become_its_owner(server_url: str) -> None:
    async with limited_user(server_url, "") as user, empty_database(server_url) as url:
        with pytest.raises(CannotMigrate, match="OWNER TO"):
            await upgrade(as_user(url, user))


async def upgrade_once_so_that_roles_exist(server_url: str) -> None:
    async with empty_database(server_url) as url:
        await upgrade(url)


@pytest.mark.slow
async def test_a_user_who_may_create_roles_makes_them() -> None:
    with TemporaryDirectory(prefix="smena-test-") as folder:
        server = EmbeddedPostgres(Path(folder))
        await server.start()
        try:
            async with connected(server.url) as admin:
                await admin.execute("CREATE ROLE owner LOGIN CREATEROLE")
                await admin.execute("CREATE DATABASE owned OWNER owner")
            url = replace(DatabaseUrl.parse(server.url), user="owner", database="owned").dsn
            await upgrade(url)
            assert await version(url) == head()
        finally:
            await server.stop()
