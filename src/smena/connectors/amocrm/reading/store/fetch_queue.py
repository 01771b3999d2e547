"""What webhooks and events named and the API must still tell about."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from smena.kernel.db import Tx

ASK = """
INSERT INTO amocrm_fetch (account_id, path, id, not_before)
SELECT :account, path, id, :now FROM unnest(CAST(:paths AS text[]), CAST(:ids AS bigint[]))
    AS asked (path, id)
ON CONFLICT (account_id, path, id) DO UPDATE SET not_before = :now, attempts = 0
"""

UNREAD = """
SELECT path, id, attempts FROM amocrm_fetch
 WHERE account_id = :account AND not_before <= :now ORDER BY path, id LIMIT :limit
"""

# Asked for again while it was being read: the row has moved and stays.
READ = """
DELETE FROM amocrm_fetch
 WHERE account_id = :account AND path = :path AND id = ANY(:ids) AND not_before <= :started_at
"""

READ_LATER = """
UPDATE amocrm_fetch SET attempts = attempts + 1, not_before = :after
 WHERE account_id = :account AND path = :path AND id = ANY(:ids)
"""


async def ask(tx: Tx, wanted: Iterable[tuple[str, int]], now: datetime) -> None:
    """Remember entities or notes (`leads`, `leads/notes`) to be read through the API."""
    pairs = sorted(set(wanted))
    if pairs:
        paths, ids = [path for path, _ in pairs], [number for _, number in pairs]
        await tx.run(ASK, account=tx.account, paths=paths, ids=ids, now=now)


async def due(tx: Tx, now: datetime, limit: int) -> dict[str, dict[int, int]]:
    """Return what is to be read, by path: id and how often it was asked for in vain."""
    found: dict[str, dict[int, int]] = {}
    for row in await tx.rows(UNREAD, account=tx.account, now=now, limit=limit):
        found.setdefault(row.path, {})[row.id] = row.attempts
    return found


async def have_read(tx: Tx, path: str, ids: Sequence[int], started_at: datetime) -> None:
    await tx.run(READ, account=tx.account, path=path, ids=list(ids), started_at=started_at)


async def read_later(tx: Tx, path: str, ids: Sequence[int], after: datetime) -> None:
    await tx.run(READ_LATER, account=tx.account, path=path, ids=list(ids), after=after)
