"""Whether this node can work: named checks, each bounded in time."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import structlog

from smena.kernel.db import Database

Check = Callable[[], Awaitable[str]]
"""Returns a word of detail, or raises when the part does not work."""

Refresh = Callable[[], Awaitable[None]]
"""Brings figures up to date before somebody reads them."""

CHECK_SECONDS = 3.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Health:
    """`parts` maps a check to its detail; the details of failing ones start with `failed`."""

    is_well: bool
    parts: Mapping[str, str]


async def examine(checks: Mapping[str, Check]) -> Health:
    """Run all checks at once."""
    found = await asyncio.gather(*(_one(check) for check in checks.values()))
    return Health(
        is_well=all(is_well for is_well, _detail in found),
        parts={name: detail for name, (_well, detail) in zip(checks, found, strict=True)},
    )


def database_check(db: Database) -> Check:
    """Return a check that a transaction can be opened."""

    async def check() -> str:
        async with db.system() as tx:
            await tx.value("SELECT 1")
        return "ok"

    return check


async def in_time(refresh: Refresh) -> None:
    """Bring figures up to date; when that takes too long or fails, the old ones are shown."""
    try:
        await asyncio.wait_for(refresh(), CHECK_SECONDS)
    except Exception as trouble:  # noqa: BLE001 -- figures must not take the page with them
        log.warning("figures_not_refreshed", trouble=repr(trouble))


async def _one(check: Check) -> tuple[bool, str]:
    try:
        return True, await asyncio.wait_for(check(), CHECK_SECONDS)
    except Exception as error:  # noqa: BLE001 -- any failure of a part is its answer
        return False, f"failed: {type(error).__name__}"
