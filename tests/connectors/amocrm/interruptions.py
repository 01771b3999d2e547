"""What goes wrong on purpose: work cut short, webhooks lost, doubled, out of order."""

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Any

import httpx2

from tests.connectors.amocrm.stand import Stand


@contextlib.contextmanager
def killing() -> Iterator[None]:
    """Allow tasks to be cut short anywhere: the driver complains of connections it was opening."""
    loop = asyncio.get_running_loop()
    before = loop.get_exception_handler()

    def hear(running: asyncio.AbstractEventLoop, told: dict[str, Any]) -> None:
        if before is not None and not isinstance(told.get("exception"), ConnectionError):
            before(running, told)

    loop.set_exception_handler(hear)
    try:
        yield
    finally:
        loop.set_exception_handler(before)


async def kill(made: Stand, running: "asyncio.Task[None]", after: int) -> bool:
    """Cut a task short when so many requests have reached amoCRM; tell whether it still ran."""
    enough = made.requests() + after
    while not running.done() and made.requests() < enough:
        await asyncio.sleep(0)
    if running.done():
        running.result()
        return False
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return True


async def faults(made: Stand, **shares: float) -> None:
    """Set what happens to webhooks on their way: drop, duplicate, reorder, seed."""
    async with httpx2.AsyncClient(trust_env=False, verify=False) as client:
        answer = await client.post(f"{made.emulator.url}/control/faults", json=shares)
        assert answer.status_code == 200
