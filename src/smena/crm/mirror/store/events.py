"""The CRM's event log: kept whole, each event once."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from smena.crm.model.entities import Event, EventId, UserId
from smena.kernel.db import Tx

WORDS = "SELECT id, word FROM crm_event_word WHERE account_id = $1 AND word = ANY($2)"

INTERN = """
INSERT INTO crm_event_word (account_id, word) SELECT $1, unnest($2::text[])
ON CONFLICT (account_id, word) DO NOTHING
"""

KNOWN_WEEKS = "SELECT week FROM crm_event_week WHERE week = ANY($1)"
MAKE_WEEKS = "SELECT crm_event_make_weeks($1)"

KEEP = """
INSERT INTO crm_event (account_id, at, id, author_id, type_id, client_id, entity_kind, entity_id,
                       note_id, before, after)
SELECT $1, * FROM unnest($2::timestamptz[], $3::text[], $4::bigint[], $5::int[], $6::int[],
                         $7::text[], $8::bigint[], $9::bigint[], $10::bytea[], $11::bytea[])
ON CONFLICT (account_id, at, id) DO NOTHING
RETURNING id, author_id, at
"""


class NewEvent(NamedTuple):
    """An event that was not known before."""

    id: EventId
    author: UserId
    at: datetime


async def keep(tx: Tx, events: Sequence[Event]) -> list[NewEvent]:
    """Store events that are not known yet; return the new ones."""
    if not events:
        return []
    raw = await tx.driver()
    await make_weeks(tx, {_monday(event.at) for event in events})
    words = await _intern(tx, events)
    rows = await raw.fetch(
        KEEP,
        tx.account,
        [event.at for event in events],
        [event.id for event in events],
        [event.author for event in events],
        [words[event.type] for event in events],
        [words[event.client] if event.client else None for event in events],
        [event.entity_kind for event in events],
        [event.entity_id for event in events],
        [event.note for event in events],
        [_or_none(event.before) for event in events],
        [_or_none(event.after) for event in events],
    )
    return [NewEvent(row["id"], UserId(row["author_id"]), row["at"]) for row in rows]


async def make_weeks(tx: Tx, mondays: Iterable[date]) -> None:
    """Make room for the events of these weeks; usually it is there already."""
    raw = await tx.driver()
    wanted = sorted(mondays)
    known = {row["week"] for row in await raw.fetch(KNOWN_WEEKS, wanted)}
    if missing := [monday for monday in wanted if monday not in known]:
        await raw.execute(MAKE_WEEKS, missing)


async def make_weeks_ahead(tx: Tx, now: datetime, weeks: int) -> None:
    await make_weeks(tx, [_monday(now) + timedelta(weeks=week) for week in range(weeks)])


async def _intern(tx: Tx, events: Iterable[Event]) -> dict[str, int]:
    raw = await tx.driver()
    texts = sorted({event.type for event in events} | {e.client for e in events if e.client})
    known = {row["word"]: row["id"] for row in await raw.fetch(WORDS, tx.account, texts)}
    if new := [text for text in texts if text not in known]:
        await raw.execute(INTERN, tx.account, new)
        known = {row["word"]: row["id"] for row in await raw.fetch(WORDS, tx.account, texts)}
    return known


def _monday(moment: datetime) -> date:
    day = moment.astimezone(UTC).date()
    return day - timedelta(days=day.weekday())


def _or_none(value: bytes) -> bytes | None:
    return None if value in {b"", b"[]", b"null"} else value
