"""How long tests wait for what ought to happen: long, since a wait that ends costs nothing.

No test says that something is fast; `bench/` measures that. SMENA_TEST_PATIENCE multiplies every
wait here: 1 suits a machine with eight busy processes beside the tests, 5 a much slower one.
"""

import asyncio
import inspect
import os
import time
from collections.abc import Callable
from typing import TypeVar

FACTOR = float(os.environ.get("SMENA_TEST_PATIENCE", "1"))
USUAL_SECONDS = 60.0

Found = TypeVar("Found")


def patience(seconds: float = USUAL_SECONDS) -> float:
    """Return the bound of a wait: only what never happens takes that long."""
    return seconds * FACTOR


def browser_patience(seconds: float = USUAL_SECONDS) -> float:
    """Return the same in the browser driver's milliseconds."""
    return 1000 * patience(seconds)


async def until(
    condition: Callable[[], object], seconds: float = USUAL_SECONDS, pause: float = 0.01
) -> None:
    """Look until a condition (plain or awaitable) holds; raise TimeoutError after the bound."""
    async with asyncio.timeout(patience(seconds)):
        while True:
            found = condition()
            if inspect.isawaitable(found):
                found = await found
            if found:
                return
            await asyncio.sleep(pause)


def wait_for(look: Callable[[], Found | None], what: str, seconds: float = USUAL_SECONDS) -> Found:
    """Look, without a loop, until something is found; raise AssertionError with `what`."""
    end = time.monotonic() + patience(seconds)
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError(f"waited {patience(seconds):.0f} s in vain for {what}")
