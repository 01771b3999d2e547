"""The pool of connections: who gets which, who waits, what is let go."""

import asyncio

import asyncpg
import pytest

from smena.kernel.database.pool import Pool
from smena.kernel.database.trouble import DatabaseBusy

pytestmark = pytest.mark.anyio


class Line:
    """A connection that can break; closing one that hangs takes longer than anybody waits."""

    def __init__(self, *, hangs: bool = False) -> None:
        self.is_up = True
        self.was_cut = False
        self._hangs = hangs

    def is_closed(self) -> bool:
        return not self.is_up

    def terminate(self) -> None:
        self.is_up = False
        self.was_cut = True

    async def close(self, timeout: float) -> None:  # noqa: ASYNC109 -- as the driver has it
        assert timeout > 0
        if self._hangs:
            raise TimeoutError
        self.is_up = False


class Server:
    """Makes lines, and refuses as long as it is down."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.is_down = False
        self.hangs = False

    async def connect(self) -> Line:
        await asyncio.sleep(0)
        if self.is_down:
            raise ConnectionRefusedError
        self.lines.append(Line(hangs=self.hangs))
        return self.lines[-1]


@pytest.fixture
def server() -> Server:
    return Server()


def pool_of(server: Server, size: int = 2, wait_seconds: float = 0.01) -> Pool:
    return Pool(server.connect, size, wait_seconds)


async def test_the_last_used_is_used_next(server: Server) -> None:
    pool = pool_of(server, 3)
    first, second = await pool.take(), await pool.take()
    pool.give_back(first)
    pool.give_back(second)
    async with pool.connection() as again:
        assert again is second
        assert pool.lent == 1
    assert len(server.lines) == 2
    assert pool.lent == 0


async def test_who_waits_gets_what_comes_back(server: Server) -> None:
    pool = pool_of(server, 1, wait_seconds=30)
    taken = await pool.take()
    waiting = asyncio.create_task(pool.take())
    await asyncio.sleep(0)
    pool.give_back(taken)
    assert await waiting is taken


async def test_nobody_waits_for_ever_and_nobody_leaves_a_seat_taken(server: Server) -> None:
    pool = pool_of(server, 1)
    taken = await pool.take()
    for _ in range(3):
        with pytest.raises(DatabaseBusy):
            await pool.take()
    gone = asyncio.create_task(pool.take())
    await asyncio.sleep(0)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    pool.give_back(taken)
    async with pool.connection() as again:
        assert again is taken


async def test_a_refused_connection_takes_no_seat(server: Server) -> None:
    pool = pool_of(server, 1)
    server.is_down = True
    for _ in range(3):
        with pytest.raises(ConnectionRefusedError):
            await pool.take()
    server.is_down = False
    async with pool.connection() as taken:
        assert not taken.is_closed()


async def test_the_dead_are_replaced(server: Server) -> None:
    pool = pool_of(server)
    first, second = await pool.take(), await pool.take()
    second.terminate()
    pool.give_back(second)
    pool.give_back(first)
    first.terminate()
    async with pool.connection() as fresh:
        assert fresh not in {first, second}
    assert len(server.lines) == 3


async def test_a_closed_pool_lends_nothing_and_keeps_nothing(server: Server) -> None:
    pool = pool_of(server)
    lent, idle = await pool.take(), await pool.take()
    pool.give_back(idle)
    await pool.close()
    assert idle.is_closed()
    assert not lent.is_closed()
    pool.give_back(lent)
    assert lent.is_closed()
    with pytest.raises(asyncpg.InterfaceError, match="closed"):
        await pool.take()


async def test_a_connection_that_does_not_close_is_cut(server: Server) -> None:
    server.hangs = True
    pool = pool_of(server)
    async with pool.connection():
        pass
    await pool.close()
    assert server.lines[0].was_cut
