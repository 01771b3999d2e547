"""Runs background work on this node. All nodes are equal; the queue in PostgreSQL shares it out.

A node that dies loses nothing: its jobs run elsewhere when their heartbeats have been missing for
`HEARTBEAT_TIMEOUT`. A node that loses its database waits and begins anew. How a single job ends is
told in `smena.kernel.jobs.attempt`.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import asyncpg
import structlog
from pgqueuer.adapters.drivers.asyncpg import AsyncpgPoolDriver
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.sm import SchedulerManager
from pgqueuer.domain.models import Job as QueuedJob
from pgqueuer.domain.models import Schedule

from smena.kernel.database.trouble import is_transient
from smena.kernel.database.url import DatabaseUrl
from smena.kernel.ids import AccountId
from smena.kernel.jobs.account_jobs import AccountJobs
from smena.kernel.jobs.attempt import Attempt, Attempts
from smena.kernel.jobs.enqueue import RERUN_CHANNEL, enqueue
from smena.kernel.jobs.queue_manager import SLOTS, QueueManager
from smena.kernel.jobs.registry import AccountJobEntry, Job, JobContext, Registry
from smena.kernel.jobs.sweep import keep_sweeping

HEARTBEAT_TIMEOUT = timedelta(seconds=5)
"""A job whose node fell silent for so long runs again elsewhere (data.md D5)."""

POLL = timedelta(seconds=1)
FINISH_SECONDS = 10.0
CANCEL_SECONDS = 5.0
RESTART_SECONDS = 1.0

# What the queue notes about a job (taken, alive, done) may be lost when the server crashes: the
# job then runs once more, as after any crash. So nothing here waits for the disk.
_SESSION = {"application_name": "smena worker", "synchronous_commit": "off", "jit": "off"}

Runner = Callable[[QueuedJob], Awaitable[None]]

log = structlog.get_logger(__name__)


class Worker:
    """One node's share of the background work."""

    def __init__(
        self,
        url: str,
        registry: Registry,
        context: JobContext,
        *,
        heartbeat_timeout: timedelta = HEARTBEAT_TIMEOUT,
        finish_seconds: float = FINISH_SECONDS,
    ) -> None:
        self._url = DatabaseUrl.parse(url).dsn
        self._registry = registry
        self._context = context
        self._heartbeat_timeout = heartbeat_timeout
        self._finish_seconds = finish_seconds
        self._attempts = Attempts(context)
        self._account_jobs = AccountJobs(context)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`; running jobs get a bounded time to finish."""
        while not stop.is_set():
            try:
                await self._life(stop)
            except Exception as error:
                if is_transient(error):
                    log.warning("worker_lost_database", trouble=repr(error))
                else:
                    log.exception("worker_defect")
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), RESTART_SECONDS)

    async def _life(self, stop: asyncio.Event) -> None:
        """Work until `stop` or until the database goes away."""
        async with _pool(self._url) as pool:
            driver = AsyncpgPoolDriver(pool)
            await driver.add_listener(RERUN_CHANNEL, self._account_jobs.on_signal)
            queue, timetable = self._queue(driver), self._timetable(driver)
            parts = [
                asyncio.create_task(self._run_queue(queue), name="queue"),
                asyncio.create_task(
                    keep_sweeping(self._context, self._registry, queue.shutdown), name="sweep"
                ),
            ]
            if self._registry.crons:
                parts.append(asyncio.create_task(timetable.run(), name="timetable"))
            stopping = asyncio.create_task(stop.wait())
            try:
                await asyncio.wait({*parts, stopping}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                stopping.cancel()
                queue.shutdown.set()
                timetable.shutdown.set()
                await self._finish(parts)
            for part in parts:
                if part.done():
                    part.result()

    async def _finish(self, parts: list[asyncio.Task[None]]) -> None:
        """Let the running jobs end; cancel those that do not.

        The queue's own task is never cancelled: it would take its jobs for cancelled and delete
        them.
        """
        _done, late = await asyncio.wait(parts, timeout=self._finish_seconds)
        if late:
            self._attempts.cancel()
            await asyncio.wait(late, timeout=CANCEL_SECONDS)
        self._account_jobs.close()

    async def _run_queue(self, queue: QueueManager) -> None:
        # One job for each question to the queue: its end is then written at once and not up to
        # 100 ms later, and nodes share evenly. The log is tidied by our own sweep.
        await queue.run(
            dequeue_timeout=POLL,
            batch_size=1,
            max_concurrent_tasks=SLOTS,
            shutdown_on_listener_failure=True,
            heartbeat_timeout=self._heartbeat_timeout,
            log_aggregation_interval=timedelta(0),
        )

    def _queue(self, driver: AsyncpgPoolDriver) -> QueueManager:
        queue = QueueManager(Queries(driver))
        registry = self._registry
        runners = {
            **{name: self._job_runner(name, job) for name, job in registry.jobs.items()},
            **{name: self._job_runner(name, cron.run) for name, cron in registry.crons.items()},
            **{
                name: self._account_job_runner(name, account_job)
                for name, account_job in registry.account_jobs.items()
            },
        }
        for name, runner in runners.items():
            queue.entrypoint(name, accepts_context=False, on_failure="hold")(runner)
        return queue

    def _timetable(self, driver: AsyncpgPoolDriver) -> SchedulerManager:
        timetable = SchedulerManager(Queries(driver))
        for name, cron in self._registry.crons.items():
            timetable.schedule(name, cron.expression, accepts_context=False)(self._tick)
        return timetable

    async def _tick(self, schedule: Schedule) -> None:
        """Enqueue recurring work when its moment comes; a run that is still going on is enough."""
        async with self._context.db.system() as tx:
            await enqueue(tx, schedule.entrypoint, key=f"cron:{schedule.entrypoint}")

    def _job_runner(self, name: str, job: Job) -> Runner:
        async def run(queued: QueuedJob) -> None:
            arguments = json.loads(queued.payload or b"{}")
            attempt = Attempt(
                name, str(queued.id), arguments, queued.attempts, is_account_job=False
            )
            await self._attempts.make(attempt, lambda: job(self._context, **arguments))

        return run

    def _account_job_runner(self, name: str, account_job: AccountJobEntry) -> Runner:
        async def run(queued: QueuedJob) -> None:
            arguments = json.loads(queued.payload or b"{}")
            account = AccountId(arguments["account"])
            attempt = Attempt(name, str(account), arguments, queued.attempts, is_account_job=True)
            await self._attempts.make(
                attempt, lambda: self._account_jobs.drain(name, account_job, account)
            )

        return run


@asynccontextmanager
async def _pool(url: str) -> AsyncIterator[asyncpg.Pool]:
    """Open the worker's own connections: listening and asking must not wait behind pages."""
    pool = await asyncpg.create_pool(
        url,
        min_size=2,
        max_size=6,
        init=_as_system,
        command_timeout=20,
        timeout=10,
        server_settings=_SESSION,
    )
    try:
        yield pool
    finally:
        try:
            await asyncio.wait_for(pool.close(), CANCEL_SECONDS)
        except TimeoutError:
            pool.terminate()


async def _as_system(connection: asyncpg.Connection) -> None:
    await connection.execute("SET ROLE smena_system")
