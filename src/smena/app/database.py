"""Where the data are: the embedded server in the data folder, or the one of DATABASE_URL."""

import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from urllib.parse import quote

import asyncpg

from smena.kernel.postgres.cluster import USER
from smena.kernel.postgres.folder import PORT, Folder
from smena.kernel.postgres.server import DATABASE, EmbeddedPostgres
from smena.kernel.settings import Settings


@contextlib.asynccontextmanager
async def running(settings: Settings, tell: Callable[[str], None]) -> AsyncIterator[str]:
    """Give the address of a running database; the embedded one lives as long as the block."""
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    async with EmbeddedPostgres(settings.data_dir / "postgres", on_event=tell) as server:
        yield server.url


@contextlib.asynccontextmanager
async def reached(settings: Settings, tell: Callable[[str], None]) -> AsyncIterator[str]:
    """Give the address for a short command, also while `smena up` holds the data folder."""
    if settings.database_url is None:
        url = embedded_url(settings.data_dir)
        if await _answers(url):
            yield url
            return
    async with running(settings, tell) as url:
        yield url


def embedded_url(data_dir: Path) -> str:
    """Return where the embedded server of a data folder listens while it runs."""
    socket = Folder((data_dir / "postgres").resolve()).socket.resolve()
    return f"postgresql://{USER}@/{DATABASE}?host={quote(str(socket))}&port={PORT}"


async def _answers(url: str) -> bool:
    try:
        connection = await asyncpg.connect(url, timeout=3)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return False
    await connection.close()
    return True
