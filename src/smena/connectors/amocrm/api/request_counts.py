"""Counts the requests of this process and adds them to the shared minutes once in a while."""

from collections import Counter
from datetime import datetime, timedelta

import structlog

from smena.connectors.amocrm.api.core.request_counts import kind_of, minute_of
from smena.connectors.amocrm.api.store import request_counts
from smena.kernel.clock import Clock
from smena.kernel.db import Database
from smena.kernel.ids import AccountId

EVERY = timedelta(seconds=10)
"""What a killed process may forget to have asked."""

log = structlog.get_logger(__name__)


class RequestCounter:
    """One account's requests in this process."""

    def __init__(self, db: Database, clock: Clock, account: AccountId) -> None:
        self._db = db
        self._clock = clock
        self._account = account
        self._counts: Counter[tuple[datetime, str, str]] = Counter()
        self._added_at = clock.now()

    def count(self, method: str, path: str, answer: str) -> None:
        self._counts[minute_of(self._clock.now()), kind_of(method, path), answer] += 1

    async def add_when_due(self) -> None:
        """Write the counts down when it is time; figures must never be in the way of work."""
        if self._counts and self._clock.now() - self._added_at >= EVERY:
            await self.add()

    async def add(self) -> None:
        counts, self._counts = self._counts, Counter()
        self._added_at = self._clock.now()
        try:
            async with self._db.tenant(self._account) as tx:
                await request_counts.add(tx, counts)
        except Exception as trouble:  # noqa: BLE001 -- the next time
            self._counts += counts
            log.warning("requests_not_counted", account=self._account, trouble=repr(trouble))
