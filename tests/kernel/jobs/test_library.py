"""What the queue's library does by itself, each time something that we work around.

A test that fails here after an upgrade is good news: the library has mended its fault, and the
workaround named in `src/smena/kernel/jobs/README.md` may go.
"""

import asyncio
from datetime import timedelta

import asyncpg
import pytest
from pgqueuer.adapters.drivers.asyncpg import AsyncpgPoolDriver
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core import buffers, qm
from pgqueuer.domain import models
from pgqueuer.domain.errors import FailingListenerError, RetryRequested
from pgqueuer.domain.settings import DBSettings, Durability
from pgqueuer.domain.types import QueueEntrypoint, QueueManagerId
from pgqueuer.ports import driver as ports
from pgqueuer.ports.repository import EntrypointExecutionParameter

from smena.kernel.ids_and_secrets import new_id
from tests.kernel.jobs.library import driver_at, listen, queries_at
from tests.patience import until

pytestmark = pytest.mark.anyio

WORK = {QueueEntrypoint("work"): EntrypointExecutionParameter(concurrency_limit=0)}
HEARTBEAT = timedelta(seconds=5)


async def take(queries: Queries, limit: int | None = None) -> list[models.Job]:
    """Take jobs off the queue as a node of its own."""
    return await queries.dequeue(
        batch_size=1,
        entrypoints=WORK,
        queue_manager_id=QueueManagerId(new_id()),
        global_concurrency_limit=limit,
        heartbeat_timeout=HEARTBEAT,
    )


async def status(db_url: str) -> list[str]:
    raw = await asyncpg.connect(db_url)
    try:
        return [row[0] for row in await raw.fetch("SELECT status::text FROM pgqueuer ORDER BY id")]
    finally:
        await raw.close()


def running(queue: qm.QueueManager) -> asyncio.Task[None]:
    return asyncio.create_task(
        queue.run(dequeue_timeout=timedelta(seconds=0.1), batch_size=1, max_concurrent_tasks=2)
    )


async def test_a_slot_is_held_for_as_long_as_a_job_runs(db_url: str) -> None:
    async with queries_at(db_url) as queries:
        await queries.enqueue(["work"] * 3, [None] * 3, [0] * 3)
        queue = qm.QueueManager(queries)
        started, is_over = 0, asyncio.Event()

        @queue.entrypoint("work")
        async def hang(_job: models.Job) -> None:
            nonlocal started
            started += 1
            await is_over.wait()

        task = running(queue)
        await until(lambda: started == 2)
        assert await status(db_url) == ["picked", "picked", "queued"]
        is_over.set()
        await until(lambda: started == 3)
        queue.shutdown.set()
        await task


class Recording(AsyncpgPoolDriver):
    """Tells when it has begun to listen."""

    def __init__(self, pool: asyncpg.Pool, order: list[str]) -> None:
        super().__init__(pool)
        self._order = order

    async def add_listener(self, channel: str, callback: ports.NotifyCallback) -> None:
        await super().add_listener(channel, callback)
        self._order.append("listens")


class Asking(qm.QueueManager):
    """Tells when it first asks whether it hears itself."""

    order: list[str]

    async def listener_healthy(
        self,
        timeout: timedelta = timedelta(seconds=10),  # noqa: ASYNC109 -- the base class has it
    ) -> models.HealthCheckEvent:
        self.order.append("asks")
        return await super().listener_healthy(timeout)


async def test_the_listener_is_asked_before_it_listens(db_url: str) -> None:
    order: list[str] = []
    pool = await asyncpg.create_pool(db_url, min_size=2, max_size=4)
    queue = Asking(Queries(Recording(pool, order)))
    queue.order = order
    task = running(queue)
    await until(lambda: len(order) == 2)
    queue.shutdown.set()
    await task
    pool.terminate()
    assert order == ["asks", "listens"]


async def test_a_question_that_went_unheard_is_not_asked_again(db_url: str) -> None:
    async with queries_at(db_url) as queries:
        queue = qm.QueueManager(queries)
        asked = asyncio.create_task(queue.listener_healthy(timedelta(seconds=1)))
        await queries.asked.wait()
        await listen(queue)
        with pytest.raises(FailingListenerError):
            await asked


async def test_the_end_of_a_job_waits_for_company_in_a_batch(db_url: str) -> None:
    async with queries_at(db_url) as queries:
        await queries.enqueue("work", None)
        [job] = await take(queries)
        ends = buffers.JobStatusLogBuffer(max_size=10, repository=queries)
        await ends.add((job, "successful", None))
        assert not ends.pending_tasks, "nobody writes it before the timer of the buffer"
        alone = buffers.JobStatusLogBuffer(max_size=1, repository=queries)
        await alone.add((job, "successful", None))
        await asyncio.gather(*alone.pending_tasks)
        assert await status(db_url) == []


async def test_a_job_that_runs_swallows_the_next_one_of_its_key(db_url: str) -> None:
    async with queries_at(db_url) as queries:
        await queries.enqueue("work", None, dedupe_key="account")
        await take(queries)
        assert await queries.enqueue(
            ["work"], [None], [0], None, ["account"], on_conflict="skip"
        ) == [None]


class CannotRetry(Queries):
    """The database is away at the moment in which a job is put back."""

    async def retry_job(
        self,
        job: models.Job,  # noqa: ARG002 -- the base class has them
        delay: timedelta,  # noqa: ARG002
        traceback_record: models.TracebackRecord | None,  # noqa: ARG002
    ) -> None:
        raise ConnectionResetError


@pytest.mark.parametrize(("on_failure", "left"), [("hold", ["failed"]), ("delete", [])])
async def test_a_job_that_cannot_be_put_back_is_parked_or_lost(
    db_url: str, on_failure: str, left: list[str]
) -> None:
    async with driver_at(db_url) as driver:
        queries = CannotRetry(driver)
        await queries.enqueue("work", None)
        queue = qm.QueueManager(queries)
        has_run = asyncio.Event()

        async def again(_job: models.Job) -> None:
            has_run.set()
            raise RetryRequested(timedelta(0))

        queue.entrypoint("work", on_failure=on_failure)(again)  # type: ignore[arg-type]
        task = running(queue)
        await asyncio.wait_for(has_run.wait(), 10)
        queue.shutdown.set()
        await task
    assert await status(db_url) == left


async def test_a_job_that_is_cancelled_is_lost(db_url: str) -> None:
    async with queries_at(db_url) as queries:
        await queries.enqueue("work", None)
        queue = qm.QueueManager(queries)
        started = asyncio.Event()

        @queue.entrypoint("work", on_failure="hold")
        async def hang(_job: models.Job) -> None:
            started.set()
            await asyncio.Event().wait()

        task = running(queue)
        await asyncio.wait_for(started.wait(), 10)
        [work] = [one for one in asyncio.all_tasks() if "_dispatch" in repr(one.get_coro())]
        work.cancel()
        await asyncio.wait({work})
        queue.shutdown.set()
        await task
    assert await status(db_url) == []


async def test_the_end_of_a_job_counts_also_when_another_node_has_it_by_now(db_url: str) -> None:
    async with queries_at(db_url) as queries:
        await queries.enqueue("work", None)
        [first] = await take(queries)
        raw = await asyncpg.connect(db_url)
        await raw.execute("UPDATE pgqueuer SET heartbeat = now() - interval '1 minute'")
        await raw.close()
        [second] = await take(queries)
        assert (second.id, second.queue_manager_id) != (first.id, first.queue_manager_id)
        await queries.log_jobs([(first, "successful", None)])
    assert await status(db_url) == []


async def test_the_log_is_kept_for_ever(db_url: str) -> None:
    async with queries_at(db_url) as queries:
        await queries.enqueue("work", None)
        [job] = await take(queries)
        await queries.log_jobs([(job, "successful", None)])
        await queries.aggregate_logs()
        raw = await asyncpg.connect(db_url)
        await raw.execute("UPDATE pgqueuer_log SET created = now() - interval '1 year'")
        await queries.aggregate_logs()
        left = await raw.fetchval("SELECT count(*) FROM pgqueuer_log WHERE aggregated")
        await raw.close()
    assert left > 0


def test_the_queue_and_its_log_are_equally_durable_unless_told_otherwise() -> None:
    assert DBSettings().durability is Durability.durable
    assert Durability.balanced.config.queue_table == ""
    assert Durability.balanced.config.queue_log_table == "UNLOGGED"
