"""The panel's questions: events and calls of people between two moments, folded by PostgreSQL.

Epoch seconds in arrays: a timeline of 500 people costs a few milliseconds of Python instead of
hundreds (design.md section 1).
"""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from smena.crm.answers import CallsOf, EventsOf
from smena.crm.model import UserId
from smena.kernel.db import Tx

EVENTS = """
SELECT author_id,
       array_agg(date_part('epoch', at)::bigint ORDER BY at) AS moments,
       array_agg(type_id ORDER BY at) AS types,
       CASE WHEN count(client_id) > 0
            THEN array_agg(coalesce(client_id, 0) ORDER BY at) ELSE '{}' END AS clients
  FROM crm_event
 WHERE account_id = $1 AND at >= $2 AND at < $3 AND ($4::bigint[] IS NULL OR author_id = ANY($4))
 GROUP BY author_id
"""

CALLS = """
SELECT user_id,
       array_agg(date_part('epoch', started_at)::bigint ORDER BY started_at) AS starts,
       array_agg(coalesce(duration_seconds, -1) ORDER BY started_at) AS durations,
       array_agg(direction = 'in' ORDER BY started_at) AS incoming
  FROM crm_call
 WHERE account_id = $1 AND duplicate_of IS NULL
   AND started_at >= $2::timestamptz - interval '6 hours' AND started_at < $3
   AND started_at + make_interval(secs => coalesce(duration_seconds, 0)) >= $2
   AND ($4::bigint[] IS NULL OR user_id = ANY($4))
 GROUP BY user_id
"""

WORDS = "SELECT id, word FROM crm_event_word WHERE account_id = $1"

LINES = """
SELECT e.at, e.id, w.word AS type, e.entity_kind, e.entity_id
  FROM crm_event e JOIN crm_event_word w ON w.account_id = e.account_id AND w.id = e.type_id
 WHERE e.account_id = $1 AND e.author_id = $2 AND e.at >= $3 AND e.at < $4
 ORDER BY e.at, e.id LIMIT $5
"""


async def events(
    tx: Tx, users: Sequence[UserId] | None, from_at: datetime, to_at: datetime
) -> dict[UserId, EventsOf]:
    raw = await tx.driver()
    rows = await raw.fetch(EVENTS, tx.account, from_at, to_at, users)
    return {
        UserId(row["author_id"]): EventsOf(row["moments"], row["types"], row["clients"])
        for row in rows
    }


async def calls(
    tx: Tx, users: Sequence[UserId] | None, from_at: datetime, to_at: datetime
) -> dict[UserId, CallsOf]:
    raw = await tx.driver()
    rows = await raw.fetch(CALLS, tx.account, from_at, to_at, users)
    return {
        UserId(row["user_id"]): CallsOf(row["starts"], row["durations"], row["incoming"])
        for row in rows
    }


async def words(tx: Tx) -> dict[int, str]:
    raw = await tx.driver()
    return {row["id"]: row["word"] for row in await raw.fetch(WORDS, tx.account)}


async def lines(
    tx: Tx, user: UserId, from_at: datetime, to_at: datetime, limit: int
) -> list[asyncpg.Record]:
    raw = await tx.driver()
    found: list[asyncpg.Record] = await raw.fetch(LINES, tx.account, user, from_at, to_at, limit)
    return found
