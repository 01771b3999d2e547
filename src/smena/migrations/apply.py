"""Bring the database to this version of the code, safely and only once.

Safe with several nodes starting at the same moment: the first takes a row lock in
`smena_migration_gate`, the others wait and find nothing to do. Each migration is one transaction
with a lock timeout, so that it gives way instead of stopping a working installation, and is tried
again a little later.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from smena.migrations import obstacles, queue

LOCK_SECONDS = 5.0
TRIES = 10
PAUSE_SECONDS = 0.5

_GATE = (
    text("CREATE TABLE IF NOT EXISTS smena_migration_gate (id int PRIMARY KEY)"),
    text("INSERT INTO smena_migration_gate VALUES (1) ON CONFLICT DO NOTHING"),
)
_ENTER = text("SELECT id FROM smena_migration_gate FOR UPDATE")


async def upgrade(url: str, *, lock_seconds: float = LOCK_SECONDS, tries: int = TRIES) -> None:
    """Apply all missing migrations to the database at `url`; raise CannotMigrate with advice."""
    address = make_url(url).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(address, poolclass=NullPool)
    try:
        for attempt in range(1, tries + 1):
            if await _upgraded(engine, lock_seconds):
                return
            await asyncio.sleep(PAUSE_SECONDS * attempt)
        raise obstacles.locked_database(tries)
    except DBAPIError as error:
        if obstacles.is_lack_of_rights(error):
            raise obstacles.lacking_rights(error, _user(address)) from error
        raise
    finally:
        await engine.dispose()


async def _upgraded(engine: AsyncEngine, lock_seconds: float) -> bool:
    """Try once; False means that somebody was in the way."""
    try:
        async with _gate(engine), engine.connect() as work:
            await work.execute(text(f"SET lock_timeout = '{lock_seconds}s'"))
            await work.commit()
            await work.run_sync(_migrate)
            await work.commit()
            await queue.converge(await _driver(work))
    except DBAPIError as error:
        if not obstacles.is_passing(error):
            raise
        return False
    return True


@asynccontextmanager
async def _gate(engine: AsyncEngine) -> AsyncIterator[None]:
    """Let one node through at a time; a node that dies inside lets the next one in."""
    async with engine.connect() as gate:
        for statement in _GATE:
            await gate.execute(statement)
        await gate.commit()
        await gate.execute(_ENTER)
        yield


def _migrate(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", "smena:migrations")
    config.attributes["connection"] = connection
    _check_not_newer(connection, ScriptDirectory.from_config(config))
    command.upgrade(config, "head")


def _check_not_newer(connection: Connection, scripts: ScriptDirectory) -> None:
    known = {script.revision for script in scripts.walk_revisions()}
    found = MigrationContext.configure(connection).get_current_revision()
    if found is not None and found not in known:
        raise obstacles.newer_database(found, max(known))


async def _driver(connection: AsyncConnection) -> asyncpg.Connection:
    raw = await connection.get_raw_connection()
    return cast("asyncpg.Connection", raw.driver_connection)


def _user(address: URL) -> str:
    return address.username or "postgres"
