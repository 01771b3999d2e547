"""After any history the mirror equals amoCRM, and every command has one end (I1, I2, I12; F9).

`SMENA_HISTORIES=1000` lives through so many of them; without it there are fewer, by the same
seeds. A history that once went wrong is a case of its own.
"""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import asyncpg
import pytest
import stamina

from smena.kernel.database.url import DatabaseUrl
from smena.kernel.db import Database
from smena.kernel.ids_and_secrets import new_id
from tests.connectors.amocrm.interruptions import killing
from tests.faults.histories import Told, live

pytestmark = [pytest.mark.slow, pytest.mark.anyio]

HISTORIES = int(os.environ.get("SMENA_HISTORIES", "50"))
Tell = Callable[[str, object], None]
"""Figures for the report of the run (`--junitxml`)."""

IN_A_LIFE = 10
AT_ONCE = 5


@pytest.mark.parametrize("first", range(0, HISTORIES // IN_A_LIFE, AT_ONCE))
async def test_the_mirror_equals_amocrm(
    server_url: str, template_url: DatabaseUrl, record_property: Tell, first: int
) -> None:
    seeds = range(first, min(first + AT_ONCE, HISTORIES // IN_A_LIFE))
    told = await lives(server_url, template_url, seeds, IN_A_LIFE)
    for name in ("struck", "kills", "healed_at_night"):
        record_property(name, [getattr(one, name) for one in told])
    assert sum(one.histories for one in told) == len(seeds) * IN_A_LIFE


@pytest.mark.parametrize(
    ("seed", "histories"),
    [pytest.param(38, 3, id="two looks in a row, half a minute apart, answered by an empty list")],
)
async def test_what_once_went_wrong(
    server_url: str, template_url: DatabaseUrl, seed: int, histories: int
) -> None:
    (told,) = await lives(server_url, template_url, [seed], histories)
    assert told.histories == histories


async def lives(
    server_url: str, template_url: DatabaseUrl, seeds: Sequence[int], histories: int
) -> list[Told]:
    """Live several lives side by side, each in a database of its own."""
    logging.getLogger("httpx2").setLevel(logging.WARNING)
    with killing(), stamina.set_testing(True, attempts=4, cap=True):
        async with AsyncExitStack() as stack:
            databases = [
                await stack.enter_async_context(_database(server_url, template_url)) for _ in seeds
            ]
            told = await asyncio.gather(
                *(live(db, seed, histories) for db, seed in zip(databases, seeds, strict=True)),
                return_exceptions=True,
            )
    for one in told:
        if isinstance(one, BaseException):
            raise one
    return [one for one in told if isinstance(one, Told)]


@asynccontextmanager
async def _database(server_url: str, template_url: DatabaseUrl) -> AsyncIterator[Database]:
    url = replace(template_url, database=f"test_{new_id().hex}")
    admin = await asyncpg.connect(server_url)
    await admin.execute(f'CREATE DATABASE "{url.database}" TEMPLATE "{template_url.database}"')
    database = Database.open(url.dsn, pool_size=4)
    try:
        yield database
    finally:
        await database.close()
        await admin.execute(f'DROP DATABASE "{url.database}" WITH (FORCE)')
        await admin.close()
