"""Run a few alike side by side; the first trouble stops all and is raised as it is."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any


async def together(parts: Sequence[Coroutine[Any, Any, None]]) -> None:
    tasks = [asyncio.create_task(part) for part in parts]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
