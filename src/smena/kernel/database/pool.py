"""Connections kept open for the next transaction.

The driver's own pool asks the server to reset each connection that comes back and wraps it in a
proxy: a round trip and more for nothing, because transactions here leave nothing behind.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import asyncpg

from smena.kernel.database.trouble import DatabaseBusy

CLOSE_SECONDS = 2.0


class Pool:
    """At most `size` connections; the last used is used next, so the others may fall asleep."""

    def __init__(
        self, connect: Callable[[], Awaitable[asyncpg.Connection]], size: int, wait_seconds: float
    ) -> None:
        self._connect = connect
        self._seats = asyncio.Semaphore(size)
        self._wait_seconds = wait_seconds
        self._idle: list[asyncpg.Connection] = []
        self._is_closed = False
        self.lent = 0
        """How many connections are in use now."""

    async def take(self) -> asyncpg.Connection:
        """Lend a connection; raise DatabaseBusy when none came back in time."""
        await self._sit_down()
        try:
            connection = self._awake() or await self._connect()
        except BaseException:
            self._seats.release()
            raise
        self.lent += 1
        return connection

    def give_back(self, connection: asyncpg.Connection) -> None:
        """Take a connection back, outside of any transaction; a dead one is let go."""
        if self._is_closed:
            connection.terminate()
        elif not connection.is_closed():
            self._idle.append(connection)
        self.lent -= 1
        self._seats.release()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncpg.Connection]:
        """Lend a connection without a transaction and without a role."""
        taken = await self.take()
        try:
            yield taken
        finally:
            self.give_back(taken)

    async def close(self) -> None:
        """Close what is idle; what is in use is closed when it comes back."""
        self._is_closed = True
        idle, self._idle = self._idle, []
        await asyncio.gather(*(_close(connection) for connection in idle))

    async def _sit_down(self) -> None:
        if self._is_closed:
            raise asyncpg.InterfaceError("the pool is closed")
        if not self._seats.locked():
            await self._seats.acquire()
            return
        try:
            async with asyncio.timeout(self._wait_seconds):
                await self._seats.acquire()
        except TimeoutError as error:
            raise DatabaseBusy from error

    def _awake(self) -> asyncpg.Connection | None:
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                return connection
        return None


async def _close(connection: asyncpg.Connection) -> None:
    try:
        await connection.close(timeout=CLOSE_SECONDS)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        connection.terminate()
