"""Calls, one row for each note; a note that repeats another one names it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

import asyncpg

from smena.crm.mirror.core.call import ended_at, started_at
from smena.crm.model.entities import Call, Direction, EntityKind, NoteId, Stamp, UserId
from smena.kernel.db import Tx

KEEP = """
INSERT INTO crm_call (account_id, note_id, user_id, entity_kind, entity_id, direction, started_at,
                      stamp, stamp_is, duration_seconds, phone, uniq, status, source, duplicate_of)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
ON CONFLICT (account_id, note_id) DO UPDATE
   SET user_id = excluded.user_id, entity_kind = excluded.entity_kind,
       entity_id = excluded.entity_id, direction = excluded.direction,
       started_at = excluded.started_at, stamp = excluded.stamp, stamp_is = excluded.stamp_is,
       duration_seconds = excluded.duration_seconds, phone = excluded.phone,
       uniq = excluded.uniq, status = excluded.status, source = excluded.source,
       duplicate_of = excluded.duplicate_of
"""

_COLUMNS = (
    "c.note_id, c.user_id, c.entity_kind, c.entity_id, c.direction, c.stamp, c.stamp_is,"
    " c.duration_seconds, c.phone, c.uniq, c.status, c.source, c.duplicate_of"
)

# Whoever may be the same call: the same note, its number, or the same line around that time.
NEAR = f"""
SELECT {_COLUMNS} FROM crm_call c
 WHERE c.account_id = $1 AND (c.note_id = ANY($2))
UNION
SELECT {_COLUMNS} FROM crm_call c
 WHERE c.account_id = $1 AND c.uniq = ANY($3) AND c.uniq <> ''
UNION
SELECT {_COLUMNS} FROM unnest($4::bigint[], $5::text[], $6::timestamptz[], $7::timestamptz[])
         AS line (user_id, phone, first, last)
  JOIN crm_call c ON c.account_id = $1 AND c.user_id = line.user_id AND c.phone = line.phone
                 AND c.started_at BETWEEN line.first AND line.last
"""  # noqa: S608 -- a constant list of columns

FIND = f"SELECT {_COLUMNS} FROM crm_call c WHERE c.account_id = $1 AND c.note_id = ANY($2)"  # noqa: S608 -- a constant list of columns


MARGIN = timedelta(hours=1)


async def near(tx: Tx, calls: Sequence[Call]) -> dict[NoteId, tuple[Call, NoteId | None]]:
    """Return stored calls that are these or may be the same, each with the note it repeats."""
    raw = await tx.driver()
    lines = [call for call in calls if call.phone]
    rows = await raw.fetch(
        NEAR,
        tx.account,
        [call.note for call in calls],
        [call.uniq for call in calls if call.uniq],
        [call.user for call in lines],
        [call.phone for call in lines],
        [started_at(call) - MARGIN for call in lines],
        [ended_at(call) + MARGIN for call in lines],
    )
    return {
        NoteId(row["note_id"]): (
            _call(row),
            None if row["duplicate_of"] is None else NoteId(row["duplicate_of"]),
        )
        for row in rows
    }


async def keep(tx: Tx, calls: Iterable[Call], repeats: Mapping[NoteId, NoteId]) -> None:
    raw = await tx.driver()
    await raw.executemany(
        KEEP,
        [
            (
                tx.account,
                c.note,
                c.user,
                c.entity_kind,
                c.entity_id,
                c.direction,
                started_at(c),
                c.stamp,
                c.stamp_is,
                c.duration_seconds,
                c.phone,
                c.uniq,
                c.status,
                c.source,
                repeats.get(c.note),
            )
            for c in calls
        ],
    )


async def find(tx: Tx, notes: Iterable[NoteId]) -> dict[int, Call]:
    raw = await tx.driver()
    rows = await raw.fetch(FIND, tx.account, list(notes))
    return {row["note_id"]: _call(row) for row in rows}


def _call(row: asyncpg.Record) -> Call:
    return Call(
        note=NoteId(row["note_id"]),
        entity_kind=EntityKind(row["entity_kind"]),
        entity_id=row["entity_id"],
        direction=Direction(row["direction"]),
        duration_seconds=row["duration_seconds"],
        phone=row["phone"],
        uniq=row["uniq"],
        user=UserId(row["user_id"]),
        stamp=row["stamp"],
        status=row["status"],
        source=row["source"],
        stamp_is=Stamp(row["stamp_is"]),
    )
