"""Kept bodies are understood in their order; a bad one is set aside alone."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import asyncpg
import pytest

from smena.connectors.kit.inbox_consumer import InboxConsumer, Unreadable, drain, is_of_a_body
from smena.kernel.clock import SetClock
from smena.kernel.db import Database, Tx
from smena.kernel.ids import AccountId
from smena.kernel.inbox import Inbox, InboxMessage
from smena.kernel.jobs.registry import JobContext

pytestmark = pytest.mark.anyio
ACME = AccountId(31000001)
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@dataclass(slots=True)
class Side:
    """Understands all bodies but two kinds."""

    heard: list[bytes] = field(default_factory=list)
    asked_again: int = 0
    trouble: Exception | None = None

    def consumer(self, batch: int = 10) -> InboxConsumer:
        return InboxConsumer("side", self.understand, self.after_defect, batch)

    async def understand(
        self, _context: JobContext, _tx: Tx, kept: Sequence[InboxMessage]
    ) -> Unreadable:
        if self.trouble is not None:
            raise self.trouble
        if any(message.body == b"breaks" for message in kept):
            raise ValueError("a number that no column bears")
        self.heard += [message.body for message in kept if message.body != b"no form"]
        return {message.id: "no form at all" for message in kept if message.body == b"no form"}

    async def after_defect(self, _context: JobContext, _tx: Tx) -> None:
        self.asked_again += 1


async def waiting(db: Database, *bodies: bytes) -> JobContext:
    inbox = Inbox(db, lambda _accounts: None)
    for body in bodies:
        await inbox.keep(ACME, "side", body, NOON)
    return JobContext(db, SetClock(NOON), {})


async def troubles(db: Database) -> list[tuple[bytes, str, bool]]:
    async with db.tenant(ACME) as tx:
        rows = await tx.rows("SELECT body, trouble, taken_at FROM inbox ORDER BY id")
    return [(row.body, row.trouble, row.taken_at is not None) for row in rows]


@pytest.mark.parametrize("batch", [1, 2, 10])
async def test_bad_bodies_hold_up_nobody(db: Database, batch: int) -> None:
    side = Side()
    context = await waiting(db, b"one", b"no form", b"breaks", b"two")
    await drain(context, ACME, side.consumer(batch))
    assert side.heard == [b"one", b"two"]
    assert side.asked_again == 1
    assert await troubles(db) == [
        (b"one", "", True),
        (b"no form", "no form at all", True),
        (b"breaks", "defect: a number that no column bears", True),
        (b"two", "", True),
    ]


async def test_a_database_in_trouble_sets_nothing_aside(db: Database) -> None:
    side = Side(trouble=asyncpg.TooManyConnectionsError("no more"))
    context = await waiting(db, b"one")
    with pytest.raises(asyncpg.TooManyConnectionsError):
        await drain(context, ACME, side.consumer())
    assert await troubles(db) == [(b"one", "", False)]
    side.trouble = None
    await drain(context, ACME, side.consumer())
    assert side.heard == [b"one"]


@pytest.mark.parametrize(
    ("trouble", "expected"),
    [
        (asyncpg.NumericValueOutOfRangeError("22003"), True),
        (asyncpg.CheckViolationError("23514"), True),
        (asyncpg.DeadlockDetectedError("40P01"), False),
        (ValueError("a date"), True),
        (LookupError("ours"), False),
    ],
)
def test_whose_trouble_it_is(trouble: Exception, expected: bool) -> None:  # noqa: FBT001 -- a case
    assert is_of_a_body(trouble) is expected
