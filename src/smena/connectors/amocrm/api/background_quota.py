"""A small part of an account's limit, for work that nobody waits for."""

import asyncio
from datetime import datetime

from smena.connectors.kit.rate_limit import reserve
from smena.kernel.clock import Clock
from smena.kernel.db import Database
from smena.kernel.ids import AccountId

PART = 0.25
"""Of the requests that amoCRM allows: the dispatcher and polling keep the rest."""


class BackgroundQuota:
    """Slots of patient work, exact over all nodes; each is taken before one of the account's."""

    def __init__(self, db: Database, clock: Clock, account: AccountId, per_second: float) -> None:
        self._db = db
        self._clock = clock
        self._account = account
        self._per_second = per_second * PART

    async def turn(self, name: str) -> datetime:
        """Return when a request of this work may leave, with that moment."""
        if self._per_second > 0:
            now = self._clock.now()
            wait = await reserve(self._db, self._account, name, now, per_second=self._per_second)
            await asyncio.sleep(wait.total_seconds())
        return self._clock.now()
