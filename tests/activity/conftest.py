"""A real Chromium, and databases for tests that hold one: its loop leaves no room for another."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import asyncpg
import pytest
from playwright.sync_api import Browser

from smena.kernel.database.url import DatabaseUrl
from smena.kernel.db import Database
from smena.kernel.ids_and_secrets import new_id
from tests.activity.stand import Floor
from tests.browsers import launched

Work = Callable[[Floor], Awaitable[None]]
Seeded = Callable[[Work], None]


@pytest.fixture(scope="module")
def chromium(template_url: DatabaseUrl) -> Iterator[Browser]:
    """A browser; the template database is made before, while no loop runs yet."""
    with launched() as browser:
        yield browser


@pytest.fixture
def database_url(server_url: str, template_url: DatabaseUrl) -> Iterator[str]:
    """Address of a fresh database, for a test that is not asynchronous."""
    url = replace(template_url, database=f"test_{new_id().hex}")
    copy = f'CREATE DATABASE "{url.database}" TEMPLATE "{template_url.database}"'
    elsewhere(_admin(server_url, copy))
    yield url.dsn
    elsewhere(_admin(server_url, f'DROP DATABASE "{url.database}" WITH (FORCE)'))


@pytest.fixture
def seeded(database_url: str) -> Seeded:
    """Run a piece of work on the floor with a pool of its own."""

    def run(work: Work) -> None:
        async def once() -> None:
            database = Database.open(database_url, pool_size=2)
            try:
                await work(Floor(database))
            finally:
                await database.close()

        elsewhere(once())

    return run


def elsewhere(work: Any) -> None:
    """Run a coroutine to its end in another thread."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


async def _admin(server_url: str, statement: str) -> None:
    connection = await asyncpg.connect(server_url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
