"""When a request may leave: amoCRM counts them in a sliding second and punishes the eighth.

The slots come from one row of the database and are shared by all nodes. Two things make the spacing
at amoCRM differ from ours: the way there, and a busy machine that wakes late. So slots are a little
rarer than allowed, and a slot that was missed is given up instead of used beside the next one.
"""

import asyncio
from datetime import datetime, timedelta

from smena.kernel.clock import Clock
from smena.kernel.db import Database
from smena.kernel.ids import AccountId
from smena.kernel.rate import hold_back, reserve

LIMIT = "amocrm"
MARGIN = 0.93
USUAL = 7.0
LATE_SECONDS = 0.04
TRIES = 4
PUNISHED = timedelta(seconds=1)
PUNISHED_MAX = timedelta(seconds=30)


class Pace:
    """Turns of one account; `per_second` 0 means that nobody counts (an emulator)."""

    def __init__(self, db: Database, clock: Clock, account: AccountId, per_second: float) -> None:
        self._db = db
        self._clock = clock
        self._account = account
        self._per_second = per_second * MARGIN
        self._punishments = 0
        self._held_until: datetime | None = None

    async def turn(self) -> None:
        """Return when a request may leave."""
        if self._per_second <= 0:
            return
        loop = asyncio.get_running_loop()
        for _ in range(TRIES):
            asked = loop.time()
            wait = await reserve(
                self._db,
                self._account,
                LIMIT,
                self._clock.now(),
                per_second=self._per_second,
            )
            await asyncio.sleep(wait.total_seconds() - (loop.time() - asked))
            if loop.time() - asked - wait.total_seconds() <= LATE_SECONDS:
                return

    async def too_fast(self, told: timedelta | None = None) -> None:
        """Give no turn to anybody for a while: amoCRM answered 429, so somebody does count.

        Requests that were under way together are one offence; the next one weighs twice as much.
        """
        self._per_second = self._per_second or USUAL * MARGIN
        now = self._clock.now()
        if self._held_until is not None and now < self._held_until:
            return
        self._punishments += 1
        pause = told or min(PUNISHED * 2 ** min(self._punishments - 1, 5), PUNISHED_MAX)
        self._held_until = now + pause
        await hold_back(self._db, self._account, LIMIT, self._held_until)

    async def count_earlier(self, requests: int) -> None:
        """Count requests that left without a turn, a moment ago."""
        if self._per_second > 0:
            pause = timedelta(seconds=requests / self._per_second)
            await hold_back(self._db, self._account, LIMIT, self._clock.now() + pause)

    def well_taken(self) -> None:
        """Forget earlier answers 429: a request was taken."""
        self._punishments = 0
