"""Days folded into numbers: events and calls by person."""

from collections.abc import Sequence
from datetime import datetime

from smena.crm.mirror.model import CallsOf, EventLine, EventsOf
from smena.crm.mirror.store import (
    days,
)
from smena.crm.model.entities import (
    EventId,
    UserId,
)
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


async def events_of(
    tx: Tx, users: Sequence[UserId] | None, from_at: datetime, to_at: datetime
) -> dict[UserId, EventsOf]:
    """Return events by author in `[from_at, to_at)`, None for all authors (robots are author 0)."""
    raw = await tx.driver()
    rows = await raw.fetch(EVENTS, tx.account, from_at, to_at, users)
    return {
        UserId(row["author_id"]): EventsOf(row["moments"], row["types"], row["clients"])
        for row in rows
    }


async def calls_of(
    tx: Tx, users: Sequence[UserId] | None, from_at: datetime, to_at: datetime
) -> dict[UserId, CallsOf]:
    """Return calls by person that touch `[from_at, to_at)`; duplicates of one talk are left out."""
    raw = await tx.driver()
    rows = await raw.fetch(CALLS, tx.account, from_at, to_at, users)
    return {
        UserId(row["user_id"]): CallsOf(row["starts"], row["durations"], row["incoming"])
        for row in rows
    }


async def event_words(tx: Tx) -> dict[int, str]:
    """Return the texts behind type and client numbers."""
    raw = await tx.driver()
    return {row["id"]: row["word"] for row in await raw.fetch(WORDS, tx.account)}


KNOWN_EVENTS = """
SELECT id FROM crm_event
 WHERE account_id = $1 AND at BETWEEN $2 AND $3 AND id = ANY($4)
"""


async def known_events(
    tx: Tx, ids: Sequence[EventId], first: datetime, last: datetime
) -> set[EventId]:
    """Return which of these events, of moments from `first` to `last`, are in the mirror."""
    raw = await tx.driver()
    rows = await raw.fetch(KNOWN_EVENTS, tx.account, first, last, list(ids))
    return {EventId(row["id"]) for row in rows}


async def event_lines(
    tx: Tx, user: UserId, from_at: datetime, to_at: datetime, limit: int = 100
) -> list[EventLine]:
    """Return one person's events in order, for a hint or a list."""
    return [
        EventLine(row["at"], row["type"], row["entity_kind"], row["entity_id"])
        for row in await days.lines(tx, user, from_at, to_at, limit)
    ]
