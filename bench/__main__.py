"""`./run bench [NAME ...]`: run the measurements one after another on a fresh database each.

A name may carry sizes: `first_load:100000:100000:1000000`.
"""

import asyncio
import importlib
import os
import platform
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import asyncpg
import uvloop

from smena.kernel.database.url import DatabaseUrl
from smena.kernel.ids_and_secrets import new_id
from smena.kernel.postgres.server import EmbeddedPostgres
from smena.migrations.apply import upgrade

NAMES = (
    "postgres", "kernel", "crm", "distribution", "activity", "lanes", "connector", "first_load",
    "first_load_emulator", "outbox", "gauges",
)  # fmt: skip


@asynccontextmanager
async def server() -> AsyncIterator[str]:
    """SMENA_TEST_SERVER, or an embedded server with the settings of an installation."""
    given = os.environ.get("SMENA_TEST_SERVER")
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="smena-bench-") as folder:
        Path(folder).chmod(0o755)  # noqa: ASYNC240 -- nothing else runs yet
        async with EmbeddedPostgres(Path(folder) / "postgres") as postgres:
            yield postgres.url


async def measure(name: str, server_url: str) -> None:
    """Run one measurement on a database of its own."""
    url = replace(DatabaseUrl.parse(server_url), database=f"bench_{new_id().hex}")
    admin = await asyncpg.connect(server_url)
    await admin.execute(f'CREATE DATABASE "{url.database}"')
    text = url.dsn
    try:
        await upgrade(text)
        print(f"\n{name}")
        module, *sizes = name.split(":")
        await importlib.import_module(f"bench.{module}").main(text, *map(int, sizes))
    finally:
        await admin.execute(f'DROP DATABASE "{url.database}" WITH (FORCE)')
        await admin.close()


async def run(names: list[str]) -> None:
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    async with server() as url:
        for name in names:
            await measure(name, url)


if __name__ == "__main__":
    chosen = sys.argv[1:] or [n for n in NAMES if (Path(__file__).parent / f"{n}.py").exists()]
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run(chosen))
