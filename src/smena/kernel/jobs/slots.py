"""Places for the jobs of one node: whoever takes long keeps nobody waiting.

An account whose CRM hangs would hold a place with each of its account jobs for a minute at a time,
and a handful of such accounts all places of the node. So a job has a place of its own for a moment
only: one that takes longer goes on beside the others, who get its place. A job that waits for the
CRM holds neither a connection to the database nor the processor, so many of them do no harm; there
is a bound on all the same.
"""

import time
from collections.abc import AsyncGenerator, Mapping
from datetime import timedelta
from functools import cached_property

from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.models import Job
from pgqueuer.domain.types import JobId

AT_ONCE = 20
"""Jobs that one node runs at the same time, without those that take long."""

LONG_SECONDS = 1.0
BESIDE_MAX = 180
"""Jobs that take long; more of them hold places again."""


class Slots:
    """Counts how many jobs may run now; moments are seconds of any steady clock."""

    def __init__(self) -> None:
        self._seen: dict[JobId, tuple[object, float]] = {}

    def room(self, running: Mapping[JobId, object], now: float) -> int:
        """Return the bound on running jobs; `running` are tries by the number of their job."""
        self._seen = {job: self._since(job, tried, now) for job, tried in running.items()}
        beside = sum(now - since >= LONG_SECONDS for _tried, since in self._seen.values())
        return AT_ONCE + min(beside, BESIDE_MAX)

    def _since(self, job: JobId, tried: object, now: float) -> tuple[object, float]:
        """Tell since when a try is known; a new try of the same job begins anew."""
        known = self._seen.get(job)
        return known if known is not None and known[0] is tried else (tried, now)


class RoomyQueue(QueueManager):
    """Gives places again to others when their jobs take long."""

    @cached_property
    def places(self) -> Slots:
        return Slots()

    async def fetch_jobs(
        self,
        batch_size: int,
        global_concurrency_limit: int | None,
        heartbeat_timeout: timedelta,
    ) -> AsyncGenerator[Job, None]:
        """Yield what is ready while there is room; the queue asks again many times a second."""
        if global_concurrency_limit is not None:
            global_concurrency_limit = self.places.room(self.job_context, time.monotonic())
        async for job in super().fetch_jobs(
            batch_size, global_concurrency_limit, heartbeat_timeout
        ):
            yield job
