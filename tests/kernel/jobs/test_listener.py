"""A question asked before anybody listens is asked again, and only then is the ear deaf."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import asyncpg
import pytest
from pgqueuer.adapters.drivers.asyncpg import AsyncpgPoolDriver
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core import listeners
from pgqueuer.domain.errors import FailingListenerError

from smena.kernel.jobs.listener import PatientQueue
from tests.patience import patience, until

pytestmark = pytest.mark.anyio
NOTIFIED = """
SELECT count(*) FROM pg_stat_activity
 WHERE datname = current_database() AND state = 'idle' AND query LIKE 'SELECT pg_notify%'
"""


@asynccontextmanager
async def queue_at(db_url: str) -> AsyncIterator[PatientQueue]:
    pool = await asyncpg.create_pool(db_url, min_size=2, max_size=3)
    try:
        yield PatientQueue(Queries(AsyncpgPoolDriver(pool)))
    finally:
        pool.terminate()  # the ear keeps its connection for good


async def test_first_question_may_go_unheard(db_url: str) -> None:
    async with queue_at(db_url) as queue:
        asked = asyncio.create_task(queue.listener_healthy(timedelta(seconds=patience())))
        await until(lambda: was_asked(db_url))
        await listen(queue)
        await asked


async def test_deaf_ear_is_told(db_url: str) -> None:
    async with queue_at(db_url) as queue:
        with pytest.raises(FailingListenerError):
            await queue.listener_healthy(timedelta(seconds=0.1))


async def was_asked(db_url: str) -> bool:
    """Tell whether the question has gone out, to nobody who listens."""
    watcher = await asyncpg.connect(db_url)
    try:
        return bool(await watcher.fetchval(NOTIFIED))
    finally:
        await watcher.close()


async def listen(queue: PatientQueue) -> None:
    await listeners.initialize_notice_event_listener(
        queue.queries.driver,
        queue.channel,
        listeners.default_event_router(
            notice_event_queue=listeners.PGNoticeEventListener(),
            canceled={},
            pending_health_check=queue.pending_health_check,
        ),
    )
