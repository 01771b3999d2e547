"""Crash at any point at which a piece of work waits: for the database, for an answer, for a clock.

The points are counted by running the work's own coroutine step by step. At the chosen one an
exception goes in that no handler of ours catches, as when the process dies there.
"""

import asyncio
import contextlib
from collections.abc import Coroutine, Generator, Iterator
from typing import Any, Generic, TypeVar

import asyncpg

Result = TypeVar("Result")


class Crash(BaseException):
    """The process dies here."""


class Cut(Generic[Result]):
    """Awaits the work and crashes at its point number `at`, counted from 0."""

    def __init__(self, work: Coroutine[Any, Any, Result], at: int) -> None:
        self._work = work
        self._at = at

    def __await__(self) -> Generator[Any, Any, Result]:
        steps = 0
        sent: Any = None
        thrown: BaseException | None = None
        while True:
            try:
                waits_for = self._work.throw(thrown) if thrown else self._work.send(sent)
            except StopIteration as end:
                result: Result = end.value
                return result
            thrown = None
            steps += 1
            if steps == self._at + 1:
                thrown = Crash()  # what tidies up on its way out may still wait
                continue
            try:
                sent = yield waits_for
            except BaseException as error:  # noqa: BLE001 -- passed on as it is
                thrown = error


@contextlib.contextmanager
def driver_complains() -> Iterator[None]:
    """Bear what the database's driver says of connections that were cut in the middle of a word."""
    loop = asyncio.get_running_loop()
    before = loop.get_exception_handler()
    usual = (ConnectionError, asyncpg.PostgresError, asyncpg.InterfaceError,
             asyncpg.InternalClientError)  # fmt: skip

    def hear(running: asyncio.AbstractEventLoop, told: dict[str, Any]) -> None:
        if before is not None and not isinstance(told.get("exception"), usual):
            before(running, told)

    loop.set_exception_handler(hear)
    try:
        yield
    finally:
        loop.set_exception_handler(before)
