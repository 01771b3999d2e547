"""Rows of the cursors of polling."""

from collections.abc import Iterable

from smena.connectors.amocrm.reading.core.window import Cursor, Stream
from smena.kernel.db import Tx

CURSORS = """
SELECT stream, seen_seconds, read_at, deep_at FROM amocrm_cursor WHERE account_id = :account
"""

# Two polls may overlap for a moment: a cursor never goes back.
SAVE_CURSOR = """
INSERT INTO amocrm_cursor AS cursor (account_id, stream, seen_seconds, read_at, deep_at)
VALUES (:account, :stream, :seen_seconds, :read_at, :deep_at)
ON CONFLICT (account_id, stream) DO UPDATE
   SET seen_seconds = greatest(cursor.seen_seconds, excluded.seen_seconds),
       read_at = excluded.read_at, deep_at = excluded.deep_at
"""


async def cursors(tx: Tx) -> dict[Stream, Cursor]:
    rows = await tx.rows(CURSORS, account=tx.account)
    return {
        Stream(row.stream): Cursor(Stream(row.stream), row.seen_seconds, row.read_at, row.deep_at)
        for row in rows
    }


async def save_cursors(tx: Tx, moved: Iterable[Cursor]) -> None:
    await tx.run_many(
        SAVE_CURSOR,
        [
            {
                "account": tx.account,
                "stream": cursor.stream.value,
                "seen_seconds": cursor.seen_seconds,
                "read_at": cursor.read_at,
                "deep_at": cursor.deep_at,
            }
            for cursor in moved
        ],
    )
