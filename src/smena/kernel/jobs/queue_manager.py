"""The queue's manager: the library's own, with two of its ways changed (see README, rows 1 and 2).

Slots: an account whose CRM hangs would hold a slot with each of its account jobs for a minute at a
time, and a handful of such accounts all slots of the node. So a job holds a slot for a moment only:
a long-running one goes on outside the slots. A job that waits for the CRM holds neither a
connection to the database nor the processor, so many of them do no harm; there is a limit all the
same.

Health of the listener: the library asks itself ten seconds apart whether it hears its own
notifications, and the first time before it has begun to listen. Now and then that question goes
unheard and the node would begin anew in the middle of its work. So it is asked once more.
"""

import time
from collections.abc import AsyncGenerator, Mapping
from datetime import timedelta
from functools import cached_property

from pgqueuer.core import qm
from pgqueuer.domain.errors import FailingListenerError
from pgqueuer.domain.models import HealthCheckEvent, Job
from pgqueuer.domain.types import JobId

SLOTS = 20
"""Jobs that one node runs at the same time, without the long-running ones."""

LONG_RUNNING_SECONDS = 1.0
LONG_RUNNING_MAX = 180
"""More long-running jobs than these hold slots again."""

FIRST_ANSWER = timedelta(seconds=2)
"""How long the listener's first question is waited for before it is asked again."""


class Slots:
    """Counts how many jobs may run now; moments are seconds of any steady clock."""

    def __init__(self) -> None:
        self._seen: dict[JobId, tuple[object, float]] = {}

    def limit(self, running: Mapping[JobId, object], now: float) -> int:
        """Return the limit of running jobs; `running` are attempts by the number of their job."""
        self._seen = {job: self._since(job, attempt, now) for job, attempt in running.items()}
        long_running = sum(
            now - since >= LONG_RUNNING_SECONDS for _attempt, since in self._seen.values()
        )
        return SLOTS + min(long_running, LONG_RUNNING_MAX)

    def _since(self, job: JobId, attempt: object, now: float) -> tuple[object, float]:
        """Tell since when an attempt is known; a new attempt of the same job begins anew."""
        known = self._seen.get(job)
        return known if known is not None and known[0] is attempt else (attempt, now)


class QueueManager(qm.QueueManager):
    """Takes jobs off the queue while there are slots, and is patient with its own listener."""

    @cached_property
    def slots(self) -> Slots:
        return Slots()

    async def fetch_jobs(
        self,
        batch_size: int,
        global_concurrency_limit: int | None,
        heartbeat_timeout: timedelta,
    ) -> AsyncGenerator[Job, None]:
        """Yield what is ready up to the limit; the library asks again many times a second."""
        if global_concurrency_limit is not None:
            global_concurrency_limit = self.slots.limit(self.job_context, time.monotonic())
        async for job in super().fetch_jobs(
            batch_size, global_concurrency_limit, heartbeat_timeout
        ):
            yield job

    async def listener_healthy(
        self,
        timeout: timedelta = timedelta(seconds=10),  # noqa: ASYNC109 -- the base class has it
    ) -> HealthCheckEvent:
        """Return when a notification of our own is heard; `FailingListenerError` when two are not.

        The first question waits a shorter time than the second.
        """
        try:
            return await super().listener_healthy(min(timeout, FIRST_ANSWER))
        except FailingListenerError:
            return await super().listener_healthy(timeout)
