"""One PostgreSQL for each test process, one fresh migrated database for each test that asks."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import asyncpg
import pytest

from smena.kernel.database.url import DatabaseUrl
from smena.kernel.db import Database
from smena.kernel.ids_and_secrets import new_id
from smena.kernel.postgres.server import EmbeddedPostgres
from smena.migrations.apply import upgrade
from tests.folders import new_folder

MACHINE_WIDE = ("journeys", "kernel", "commands", "web", "test_kill.py", "test_two_nodes.py")
"""Slow tests that start servers and whole programs: one of them at a time."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep slow tests of whole programs on one worker; the other takes the rest meanwhile."""
    for item in items:
        if item.get_closest_marker("slow") and not set(MACHINE_WIDE).isdisjoint(item.path.parts):
            item.add_marker(pytest.mark.xdist_group("machine"))


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """Address of a PostgreSQL server: SMENA_TEST_SERVER, or the embedded one started here."""
    given = os.environ.get("SMENA_TEST_SERVER")
    if given:
        yield given
        return
    folder = new_folder()
    with asyncio.Runner() as runner:
        server = EmbeddedPostgres(folder)
        runner.run(server.start())
        yield server.url
        runner.run(server.stop())
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def template_url(server_url: str) -> Iterator[DatabaseUrl]:
    """A database with all migrations applied, copied for each test."""
    url = replace(DatabaseUrl.parse(server_url), database=f"template_{new_id().hex}")
    asyncio.run(_admin(server_url, f'CREATE DATABASE "{url.database}"'))
    asyncio.run(upgrade(url.dsn))
    yield url
    asyncio.run(_admin(server_url, f'DROP DATABASE "{url.database}" WITH (FORCE)'))


@pytest.fixture
async def db_url(server_url: str, template_url: DatabaseUrl) -> AsyncIterator[str]:
    """Address of a fresh database, dropped after the test."""
    url = replace(template_url, database=f"test_{new_id().hex}")
    await _admin(server_url, f'CREATE DATABASE "{url.database}" TEMPLATE "{template_url.database}"')
    yield url.dsn
    await _admin(server_url, f'DROP DATABASE "{url.database}" WITH (FORCE)')


@pytest.fixture
async def db(db_url: str) -> AsyncIterator[Database]:
    database = Database.open(db_url, pool_size=5)
    yield database
    await database.close()


async def _admin(server_url: str, statement: str) -> None:
    connection = await asyncpg.connect(server_url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
