"""The queue's library by itself, for tests of its own ways."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from pgqueuer.adapters.drivers.asyncpg import AsyncpgPoolDriver
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core import listeners, qm
from pgqueuer.domain import types


@asynccontextmanager
async def driver_at(db_url: str) -> AsyncIterator[AsyncpgPoolDriver]:
    pool = await asyncpg.create_pool(db_url, min_size=2, max_size=4)
    try:
        yield AsyncpgPoolDriver(pool)
    finally:
        pool.terminate()  # the listener keeps its connection for good


class Telling(Queries):
    """Tells when a question to the listener has been asked."""

    asked: asyncio.Event

    async def notify_health_check(self, health_check_event_id: types.HealthCheckId) -> None:
        await super().notify_health_check(health_check_event_id)
        self.asked.set()


@asynccontextmanager
async def queries_at(db_url: str) -> AsyncIterator[Telling]:
    async with driver_at(db_url) as driver:
        queries = Telling(driver)
        queries.asked = asyncio.Event()
        yield queries


async def listen(queue: qm.QueueManager) -> None:
    """Begin to listen as the library's own `run` does."""
    await listeners.initialize_notice_event_listener(
        queue.queries.driver,
        queue.channel,
        listeners.default_event_router(
            notice_event_queue=listeners.PGNoticeEventListener(),
            canceled={},
            pending_health_check=queue.pending_health_check,
        ),
    )
