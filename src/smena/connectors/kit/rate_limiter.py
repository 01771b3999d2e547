"""When a request may leave, where the other side counts requests and punishes haste.

The slots come from one row of the database and are shared by all nodes and all kinds of work: the
dispatcher goes first, then polling, then what reads in bulk, and nobody starves. Two things make
the spacing over there differ from ours: the way there, and a busy machine that wakes late. So slots
are a little rarer than allowed, and a slot that was missed is given up instead of used beside the
next one.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from smena.connectors.kit import rate_limit
from smena.kernel.clock import Clock
from smena.kernel.db import Database
from smena.kernel.ids import AccountId

LATE_SECONDS = 0.04
EARLY_SECONDS = 0.07
"""Before its slot a request is put together: after it, a busy database would make it late."""
ATTEMPTS = 4
PUNISHED = timedelta(seconds=1)
PUNISHED_MAX = timedelta(seconds=30)


Prepare = Callable[[], Awaitable[None]]


async def nothing() -> None:
    """Prepare nothing: the request is ready."""


class Purpose(IntEnum):
    """What a request is for: a lower number goes first."""

    DISPATCHER = 0
    POLLING = 1
    BULK = 2
    """The first load, the nightly comparison, the deep history."""


@dataclass(frozen=True, slots=True)
class SharedLimit:
    """What all requests of an account share: the row's name, how fast, how much rarer we ask.

    `usual_per_second` counts where somebody said that nobody counts, and then was punished.
    """

    name: str
    usual_per_second: float
    margin: float = 0.93


class RateLimiter:
    """Slots of one account; `per_second` 0 means that nobody counts (an emulator)."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        account: AccountId,
        limit: SharedLimit,
        per_second: float,
        purpose: Purpose = Purpose.POLLING,
    ) -> None:
        self._db = db
        self._clock = clock
        self._account = account
        self._limit = limit
        self._purpose = purpose
        self._queue = asyncio.Lock()
        self._per_second = per_second * limit.margin
        self._punishments = 0
        self._blocked_until: datetime | None = None

    async def acquire(self, prepare: Prepare = nothing) -> None:
        """Return when a request may leave; `prepare` puts it together shortly before."""
        if self._per_second <= 0:
            await prepare()
            return
        async with self._queue:  # one of a kind asks at a time: the others are no further anyway
            late = await self._slot(prepare)
            for _ in range(ATTEMPTS - 1):
                if late <= LATE_SECONDS:
                    return
                late = await self._slot(nothing)

    async def _slot(self, prepare: Prepare) -> float:
        """Sleep until a slot of ours has come; return how many seconds late we are."""
        loop = asyncio.get_running_loop()
        while True:
            asked, now = loop.time(), self._clock.now()
            wait, is_given = await rate_limit.acquire(
                self._db,
                self._account,
                self._limit.name,
                now,
                rank=self._purpose,
                per_second=self._per_second,
            )
            slot = asked + wait.total_seconds()
            if not is_given:
                await asyncio.sleep(slot - loop.time())
                continue
            await asyncio.sleep(slot - EARLY_SECONDS - loop.time())
            await prepare()
            await asyncio.sleep(slot - loop.time())
            return loop.time() - slot

    async def penalise(self, told: timedelta | None = None) -> None:
        """Give no slot to anybody for a while: the answer was 429, so somebody does count.

        Requests that were under way together are one offence; the next one weighs twice as much.
        """
        self._per_second = self._per_second or self._limit.usual_per_second * self._limit.margin
        now = self._clock.now()
        if self._blocked_until is not None and now < self._blocked_until:
            return
        self._punishments += 1
        pause = told or min(PUNISHED * 2 ** min(self._punishments - 1, 5), PUNISHED_MAX)
        self._blocked_until = now + pause
        await self._block(self._blocked_until)

    async def count_earlier(self, requests: int) -> None:
        """Count requests that left without a slot, a moment ago."""
        if self._per_second > 0:
            pause = timedelta(seconds=requests / self._per_second)
            await self._block(self._clock.now() + pause)

    def reset(self) -> None:
        """Forget earlier answers 429: a request was taken."""
        self._punishments = 0

    async def _block(self, until: datetime) -> None:
        await rate_limit.block_until(self._db, self._account, self._limit.name, until)
