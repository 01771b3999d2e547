"""How a feature reads facts: each in its order, once, from a position of its own.

The position moves in the transaction of what the feature made of the facts (docs/decisions/0002),
and its row is the lock that keeps the work of one consumer on one account one at a time.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from smena.crm.facts import queries
from smena.crm.facts.model import DecisionInput, Recorded, UserRef
from smena.crm.facts.store import log
from smena.kernel.db import Tx
from smena.kernel.ids import AccountId

LOCK = """
SELECT fact_id FROM crm_fact_position WHERE account_id = $1 AND consumer = $2 FOR UPDATE
"""

OPEN = """
INSERT INTO crm_fact_position (account_id, consumer) VALUES ($1, $2) ON CONFLICT DO NOTHING
"""

MOVE = "UPDATE crm_fact_position SET fact_id = $3 WHERE account_id = $1 AND consumer = $2"

# One row of arrays, in one round trip with the lock, for a reader that decides about each lead as
# it comes. Whoever waited for the lock sees the position as it is then, and facts as they were
# before: what was committed meanwhile is read next time.
DECISION_INPUT = """
WITH here AS (
    SELECT fact_id FROM crm_fact_position WHERE account_id = $1 AND consumer = $2 FOR UPDATE
)
SELECT *
  FROM (SELECT min(fact_id) AS position FROM here) AS place,
       (SELECT array_agg(id ORDER BY id) AS ids, array_agg(at ORDER BY id) AS ats,
               array_agg(fact ORDER BY id) AS facts
          FROM (SELECT id, at, fact FROM crm_fact
                 WHERE account_id = $1 AND id > (SELECT fact_id FROM here)
                 ORDER BY id LIMIT $3) AS next) AS news,
       (SELECT array_agg(id) AS users, array_agg(group_id) AS groups,
               array_agg(is_active) AS are_active
          FROM crm_user WHERE account_id = $1) AS people
"""

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


async def decision_input(tx: Tx, consumer: str, limit: int) -> DecisionInput:
    """Return the next facts with the people as they are now: all that a decision starts from.

    Holds the consumer's position until the end; the caller moves it (`move_position`).
    """
    raw = await tx.driver()
    row = await raw.fetchrow(DECISION_INPUT, tx.account, consumer, limit)
    if row["position"] is None:
        await raw.execute(OPEN, tx.account, consumer)
        row = await raw.fetchrow(DECISION_INPUT, tx.account, consumer, limit)
    facts = map(
        Recorded,
        row["ids"] or (),
        row["ats"] or (),
        map(log.decoder.decode, row["facts"] or ()),
    )
    users = map(UserRef, row["users"] or (), row["groups"] or (), row["are_active"] or ())
    return DecisionInput(list(facts), list(users))


def behind(consumer: str) -> Callable[[Tx, datetime], Awaitable[Sequence[AccountId]]]:
    """Return what tells, across accounts, who has facts that the consumer has not read."""

    async def pending(tx: Tx, _now: datetime) -> Sequence[AccountId]:
        return [AccountId(row.account_id) for row in await tx.rows(BEHIND, consumer=consumer)]

    return pending
