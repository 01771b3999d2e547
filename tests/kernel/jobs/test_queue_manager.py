"""A long-running job gives its slot to others; an unheard question is asked once more."""

import asyncio
from datetime import timedelta

import pytest
from pgqueuer.domain.errors import FailingListenerError
from pgqueuer.domain.types import JobId

from smena.kernel.jobs.queue_manager import (
    FIRST_ANSWER,
    LONG_RUNNING_MAX,
    LONG_RUNNING_SECONDS,
    SLOTS,
    QueueManager,
    Slots,
)
from tests.kernel.jobs.library import listen, queries_at

pytestmark = pytest.mark.anyio


def attempts(*jobs: int) -> dict[JobId, object]:
    return {JobId(job): object() for job in jobs}


def test_short_jobs_hold_their_slots() -> None:
    slots, running = Slots(), attempts(1, 2, 3)
    assert slots.limit(running, 0.0) == SLOTS
    assert slots.limit(running, LONG_RUNNING_SECONDS / 2) == SLOTS


def test_long_running_jobs_hold_no_slots() -> None:
    slots, running = Slots(), attempts(1, 2)
    slots.limit(running, 0.0)
    assert slots.limit(running | attempts(3), LONG_RUNNING_SECONDS) == SLOTS + 2
    assert slots.limit({}, LONG_RUNNING_SECONDS * 2) == SLOTS, "they have ended"


def test_a_new_attempt_of_a_job_begins_anew() -> None:
    slots = Slots()
    slots.limit(attempts(1), 0.0)
    assert slots.limit(attempts(1), LONG_RUNNING_SECONDS) == SLOTS


def test_there_is_a_limit_of_long_running_jobs() -> None:
    slots, running = Slots(), attempts(*range(LONG_RUNNING_MAX + 5))
    slots.limit(running, 0.0)
    assert slots.limit(running, LONG_RUNNING_SECONDS) == SLOTS + LONG_RUNNING_MAX


async def test_the_first_question_may_go_unheard(db_url: str) -> None:
    async with queries_at(db_url) as queries:
        queue = QueueManager(queries)
        asked = asyncio.create_task(queue.listener_healthy(timedelta(seconds=10)))
        await queries.asked.wait()
        await listen(queue)
        async with asyncio.timeout(FIRST_ANSWER.total_seconds() + 3):
            await asked


async def test_a_deaf_listener_is_told(db_url: str) -> None:
    async with queries_at(db_url) as queries:
        with pytest.raises(FailingListenerError):
            await QueueManager(queries).listener_healthy(timedelta(seconds=0.1))
