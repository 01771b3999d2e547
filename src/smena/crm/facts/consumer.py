"""How a feature reads facts: each in its order, once, from a position of its own.

The position moves in the transaction of what the feature made of the facts (docs/decisions/0002),
and its row is the lock that keeps the work of one consumer on one account one at a time.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from smena.crm.facts import queries
from smena.crm.facts.model import Recorded
from smena.kernel.db import Tx
from smena.kernel.ids import AccountId

LOCK = """
SELECT fact_id FROM crm_fact_position WHERE account_id = $1 AND consumer = $2 FOR UPDATE
"""

OPEN = """
INSERT INTO crm_fact_position (account_id, consumer) VALUES ($1, $2) ON CONFLICT DO NOTHING
"""

MOVE = "UPDATE crm_fact_position SET fact_id = $3 WHERE account_id = $1 AND consumer = $2"

BEHIND = """
SELECT m.account_id FROM crm_mirror m
  LEFT JOIN crm_fact_position p ON p.account_id = m.account_id AND p.consumer = :consumer
 WHERE m.last_fact_id > coalesce(p.fact_id, 0)
"""


async def lock_position(tx: Tx, consumer: str) -> int:
    """Return the last fact read; hold the consumer's work on this account until the end."""
    raw = await tx.driver()
    position = await raw.fetchval(LOCK, tx.account, consumer)
    if position is None:
        await raw.execute(OPEN, tx.account, consumer)
        position = await raw.fetchval(LOCK, tx.account, consumer)
    return int(position)


async def move_position(tx: Tx, consumer: str, fact: int) -> None:
    """Say that all facts up to this one have been read."""
    raw = await tx.driver()
    await raw.execute(MOVE, tx.account, consumer, fact)


async def consume(tx: Tx, consumer: str, limit: int) -> list[Recorded]:
    """Take the next facts, in order, at most `limit`: they are read when this commits."""
    position = await lock_position(tx, consumer)
    facts = await queries.facts(tx, position, limit)
    if facts:
        await move_position(tx, consumer, facts[-1].id)
    return facts


def behind(consumer: str) -> Callable[[Tx, datetime], Awaitable[Sequence[AccountId]]]:
    """Return what tells, across accounts, who has facts that the consumer has not read."""

    async def pending(tx: Tx, _now: datetime) -> Sequence[AccountId]:
        return [AccountId(row.account_id) for row in await tx.rows(BEHIND, consumer=consumer)]

    return pending
