"""One attempt of one job on this node, and what its end means for the queue.

| the work                 | the queue                | a person sees                    |
|--------------------------|--------------------------|----------------------------------|
| returns                  | done                     | nothing                          |
| raises TryLater          | again after its pause    | a count in the metrics           |
| meets a transient error  | again, pauses grow       | a line in the log                |
| raises GiveUp            | done, or in a minute (*) | the failure with its reason      |
| has a defect             | again, pauses grow       | the failure, a trace in the log  |
| is cancelled at shutdown | again at once elsewhere  | nothing                          |

(*) An account job: the sweep would wake it at once, as its rows are still there.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog
from pgqueuer.domain.errors import RetryRequested

from smena.kernel.database.trouble import is_transient
from smena.kernel.errors import GiveUp, TryLater
from smena.kernel.jobs import failures
from smena.kernel.jobs.failures import FailureKind, Trouble
from smena.kernel.jobs.registry import JobContext
from smena.kernel.metrics import JOB_SECONDS, JOBS

PAUSE_MAX = timedelta(minutes=5)
TRANSIENT_PAUSE_MAX = timedelta(seconds=30)
GAVE_UP_PAUSE = timedelta(minutes=1)
IMMEDIATELY = timedelta(0)

Work = Callable[[], Awaitable[None]]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What the queue handed over."""

    name: str
    key: str
    arguments: dict[str, object]
    number: int
    is_account_job: bool


class Attempts:
    """All attempts that go on at this node."""

    def __init__(self, context: JobContext) -> None:
        self._context = context
        self._running: set[asyncio.Future[None]] = set()

    def cancel(self) -> None:
        """Stop what is still running; it goes back to the queue."""
        for work in self._running:
            work.cancel()

    async def make(self, attempt: Attempt, work: Work) -> None:
        """Do the work; return when it is done, raise RetryRequested when it must run again."""
        with (
            structlog.contextvars.bound_contextvars(job=attempt.name, **attempt.arguments),
            JOB_SECONDS.labels(attempt.name).time(),
        ):
            outcome, again = await self._end(attempt, work)
        JOBS.labels(attempt.name, outcome).inc()
        if again is not None:
            raise RetryRequested(again, outcome)

    async def _end(self, attempt: Attempt, work: Work) -> tuple[str, timedelta | None]:
        try:
            await self._cancellable(work)
        except TryLater as later:
            log.info("job_again_later", reason=later.reason, seconds=later.after.total_seconds())
            return "later", later.after
        except GiveUp as end:
            log.warning("job_gave_up", reason=end.reason)
            await self._remember(attempt, FailureKind.GAVE_UP, end.reason)
            return "gave_up", GAVE_UP_PAUSE if attempt.is_account_job else None
        except _Cancelled:
            return "stopped", IMMEDIATELY
        except Exception as error:  # noqa: BLE001 -- the edge of a job
            return await self._unforeseen(attempt, error)
        if attempt.number:
            await self._forget(attempt)
        return "done", None

    async def _unforeseen(self, attempt: Attempt, error: Exception) -> tuple[str, timedelta]:
        pause = timedelta(seconds=2 ** min(attempt.number, 10))
        if is_transient(error):
            log.warning("job_met_transient_error", trouble=repr(error))
            return "trouble", min(pause, TRANSIENT_PAUSE_MAX)
        log.error("job_defect", attempt=attempt.number, exc_info=error)
        await self._remember(attempt, FailureKind.DEFECT, repr(error))
        return "defect", min(pause, PAUSE_MAX)

    async def _cancellable(self, work: Work) -> None:
        """Run the work so that it can be stopped without its job being taken for cancelled."""
        running = asyncio.ensure_future(work())
        self._running.add(running)
        try:
            await asyncio.wait({running})
        finally:
            self._running.discard(running)
            running.cancel()
        if running.cancelled():
            raise _Cancelled
        running.result()

    async def _remember(self, attempt: Attempt, kind: FailureKind, reason: str) -> None:
        trouble = Trouble(attempt.name, attempt.key, kind, attempt.arguments, reason)
        try:
            async with self._context.db.system() as tx:
                await failures.keep(tx, trouble, self._context.now)
        except Exception:
            log.exception("failure_not_kept", kind=kind.value, reason=reason)

    async def _forget(self, attempt: Attempt) -> None:
        try:
            async with self._context.db.system() as tx:
                await failures.forget(tx, attempt.name, attempt.key)
        except Exception:
            log.exception("failure_not_forgotten")


class _Cancelled(Exception):  # noqa: N818 -- what happened
    """The node stops and could not wait for the end of this work."""
