"""Understand kept bodies in the order they came, so that a bad one does not hold up the others.

A connector says how a batch is taken in, inside one transaction. Bodies that it cannot read it
names itself. A batch that breaks on data is taken body by body, and the one that breaks alone is
set aside with its reason; a database that is in trouble itself sets nothing aside.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

import structlog

from smena.kernel import inbox
from smena.kernel.db import Tx
from smena.kernel.ids import AccountId
from smena.kernel.inbox import InboxMessage
from smena.kernel.jobs.registry import JobContext
from smena.kernel.metrics import WEBHOOKS

BATCH = 200
STATES_OF_DATA = ("22", "23", "54", "P0")
"""Classes of SQLSTATE that tell of the data of a statement, not of the database."""

Unreadable = Mapping[int, str]
"""Why a body cannot be understood at all, by its id in the inbox."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class InboxConsumer:
    """What is particular to one connector."""

    source: str
    understand: Callable[[JobContext, Tx, Sequence[InboxMessage]], Awaitable[Unreadable]]
    """Take bodies in; what it raises for data undoes the whole batch."""
    after_defect: Callable[[JobContext, Tx], Awaitable[None]]
    """Have the other side asked for what a body said that was set aside."""
    batch: int = BATCH


async def drain(context: JobContext, account: AccountId, consumer: InboxConsumer) -> None:
    """Understand everything that waits."""
    while True:
        try:
            taken = await _take(context, account, consumer, consumer.batch)
        except Exception as trouble:
            if not is_of_a_body(trouble):
                raise
            taken = await _take_one(context, account, consumer)
        if not taken:
            return


def is_of_a_body(trouble: Exception) -> bool:
    """Tell data that cannot be stored from a database that is in trouble itself."""
    state = getattr(getattr(trouble, "orig", trouble), "sqlstate", None)
    if isinstance(state, str):
        return state.startswith(STATES_OF_DATA)
    return isinstance(trouble, ValueError | TypeError)


async def _take(
    context: JobContext, account: AccountId, consumer: InboxConsumer, limit: int
) -> int:
    async with context.db.tenant(account) as tx:
        kept = await inbox.take(tx, consumer.source, limit)
        if not kept:
            return 0
        unreadable = await consumer.understand(context, tx, kept)
        for number, reason in unreadable.items():
            await inbox.set_aside(tx, number, reason, context.now)
        understood = [message.id for message in kept if message.id not in unreadable]
        await inbox.done(tx, understood, context.now)
    WEBHOOKS.labels("malformed").inc(len(unreadable))
    WEBHOOKS.labels("understood").inc(len(understood))
    return len(kept)


async def _take_one(context: JobContext, account: AccountId, consumer: InboxConsumer) -> int:
    """Take the oldest body alone; when it breaks again, set it aside and say so."""
    try:
        return await _take(context, account, consumer, 1)
    except Exception as trouble:
        if not is_of_a_body(trouble):
            raise
        log.exception("webhook_defect", account=account, source=consumer.source)
        async with context.db.tenant(account) as tx:
            for message in await inbox.take(tx, consumer.source, 1):
                await inbox.set_aside(tx, message.id, f"defect: {trouble}", context.now)
            await consumer.after_defect(context, tx)
        WEBHOOKS.labels("malformed").inc()
        return 1
