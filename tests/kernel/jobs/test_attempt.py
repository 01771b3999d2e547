"""What each end of a job means for the queue and for the person who looks after it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from pgqueuer.domain.errors import RetryRequested

from smena.kernel.clock import SetClock
from smena.kernel.db import Database
from smena.kernel.errors import GiveUp, TryLater
from smena.kernel.jobs import failures
from smena.kernel.jobs.attempt import (
    GAVE_UP_PAUSE,
    IMMEDIATELY,
    PAUSE_MAX,
    TRANSIENT_PAUSE_MAX,
    Attempt,
    Attempts,
)
from smena.kernel.jobs.failures import Failure, FailureKind
from smena.kernel.jobs.registry import JobContext

pytestmark = pytest.mark.anyio

MONDAY_10_00 = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def attempts_of(db: Database) -> Attempts:
    return Attempts(JobContext(db, SetClock(MONDAY_10_00)))


def attempt(number: int = 0, *, is_account_job: bool = False) -> Attempt:
    return Attempt("greet", "7", {"lead": 7}, number, is_account_job)


def raising(error: Exception) -> Callable[[], Awaitable[None]]:
    async def work() -> None:
        raise error

    return work


async def succeeding() -> None: ...


async def known(db: Database) -> list[Failure]:
    async with db.system() as tx:
        return await failures.latest(tx)


@pytest.mark.parametrize(
    ("error", "number", "pause"),
    [
        pytest.param(TryLater("429", after=3 * SECOND), 5, 3 * SECOND, id="later"),
        pytest.param(ConnectionResetError(), 0, SECOND, id="transient"),
        pytest.param(ConnectionResetError(), 20, TRANSIENT_PAUSE_MAX, id="transient for long"),
        pytest.param(asyncpg.TooManyConnectionsError("full"), 2, 4 * SECOND, id="database full"),
        pytest.param(KeyError("name"), 0, SECOND, id="defect"),
        pytest.param(KeyError("name"), 3, 8 * SECOND, id="defect again"),
        pytest.param(KeyError("name"), 10_000, PAUSE_MAX, id="defect for ever"),
    ],
)
async def test_it_runs_again_after_a_pause(
    db: Database, error: Exception, number: int, pause: timedelta
) -> None:
    with pytest.raises(RetryRequested) as found:
        await attempts_of(db).make(attempt(number), raising(error))
    assert found.value.delay == pause


async def test_giving_up_ends_a_job_and_is_kept_with_its_reason(db: Database) -> None:
    await attempts_of(db).make(attempt(), raising(GiveUp("the chat is gone")))
    assert await known(db) == [
        Failure(
            job="greet",
            key="7",
            kind=FailureKind.GAVE_UP,
            arguments={"lead": 7},
            reason="the chat is gone",
            times=1,
            first_at=MONDAY_10_00,
            last_at=MONDAY_10_00,
        )
    ]


async def test_an_account_job_that_gives_up_looks_again_a_minute_later(db: Database) -> None:
    with pytest.raises(RetryRequested) as found:
        await attempts_of(db).make(attempt(is_account_job=True), raising(GiveUp("token revoked")))
    assert found.value.delay == GAVE_UP_PAUSE
    assert [failure.reason for failure in await known(db)] == ["token revoked"]


async def test_a_defect_is_counted_and_forgotten_after_a_success(db: Database) -> None:
    attempts = attempts_of(db)
    for number in range(2):
        with pytest.raises(RetryRequested):
            await attempts.make(attempt(number), raising(KeyError("name")))
    assert [(failure.kind, failure.times) for failure in await known(db)] == [
        (FailureKind.DEFECT, 2)
    ]
    await attempts.make(attempt(2), succeeding)
    assert await known(db) == []


async def test_passing_trouble_is_nobodys_business(db: Database) -> None:
    for error in (ConnectionResetError(), TryLater("429", after=SECOND)):
        with pytest.raises(RetryRequested):
            await attempts_of(db).make(attempt(), raising(error))
    assert await known(db) == []


async def test_a_stopped_node_gives_the_job_back(db: Database) -> None:
    attempts = attempts_of(db)
    started = asyncio.Event()

    async def endless() -> None:
        started.set()
        await asyncio.Event().wait()

    making = asyncio.create_task(attempts.make(attempt(), endless))
    await started.wait()
    attempts.cancel()
    with pytest.raises(RetryRequested) as found:
        await making
    assert found.value.delay == IMMEDIATELY


async def test_work_that_finishes_in_spite_of_the_stop_is_done(db: Database) -> None:
    attempts = attempts_of(db)
    started = asyncio.Event()

    async def stubborn() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return

    making = asyncio.create_task(attempts.make(attempt(), stubborn))
    await started.wait()
    attempts.cancel()
    await making


async def test_what_cannot_be_kept_still_runs_again(db: Database) -> None:
    await db.close()
    broken = Database.open("postgresql://nobody@127.0.0.1:1/nothing", pool_size=1)
    with pytest.raises(RetryRequested):
        await attempts_of(broken).make(attempt(), raising(KeyError("name")))
    await broken.close()
