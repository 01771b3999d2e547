"""Raw messages of the outside world: kept first, understood later.

A sender waits for our answer with a short patience (amoCRM: 2 s), so keeping is one INSERT shared
by everybody who arrives while the previous one commits. Nothing is published inside that
transaction: a NOTIFY would halve the commits under load (data.md D4).
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from smena.kernel.db import Database, Tx
from smena.kernel.ids import AccountId

WAITING_MAX = 5_000
BATCH_MAX = 500

KEEP = """
INSERT INTO inbox (account_id, source, received_at, body)
SELECT * FROM unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::bytea[])
"""

TAKE = """
SELECT id, source, received_at, body FROM inbox
 WHERE account_id = :account AND source = :source AND taken_at IS NULL
 ORDER BY id LIMIT :limit FOR UPDATE
"""

DONE = """
UPDATE inbox SET taken_at = :now WHERE account_id = :account AND id = ANY(:ids)
"""

DEAD = """
UPDATE inbox SET taken_at = :now, trouble = :trouble WHERE account_id = :account AND id = :id
"""

ACCOUNTS_WAITING = """
SELECT DISTINCT account_id FROM inbox WHERE source = :source AND taken_at IS NULL
"""

STATE = """
SELECT count(*) FILTER (WHERE taken_at IS NULL) AS waiting,
       min(received_at) FILTER (WHERE taken_at IS NULL) AS oldest_at,
       count(*) FILTER (WHERE trouble <> '' AND taken_at >= :since) AS dead_letters
  FROM inbox WHERE account_id = :account AND source = :source
"""

CLEAN = "DELETE FROM inbox WHERE taken_at < :before AND (trouble = '' OR taken_at < :dead_before)"


class Overloaded(Exception):  # noqa: N818 -- said to the sender
    """Too many messages wait to be kept; the sender should try again later (503)."""


@dataclass(frozen=True, slots=True)
class InboxMessage:
    """A message as it came; `id` grows in the order of arrival within an account."""

    id: int
    source: str
    received_at: datetime
    body: bytes


@dataclass(frozen=True, slots=True)
class InboxState:
    """How many messages wait, since when, and how many could not be understood lately."""

    waiting: int
    oldest_at: datetime | None
    dead_letters: int


class _Waiting(NamedTuple):
    account: AccountId
    source: str
    received_at: datetime
    body: bytes
    kept: asyncio.Future[None]


class Inbox:
    """Keeps messages by group commit; `on_kept` hints at accounts that have something new."""

    def __init__(self, db: Database, on_kept: Callable[[set[AccountId]], None]) -> None:
        self._db = db
        self._on_kept = on_kept
        self._waiting: list[_Waiting] = []
        self._writing: asyncio.Task[None] | None = None

    async def keep(
        self, account: AccountId, source: str, body: bytes, received_at: datetime
    ) -> None:
        """Return when the message is safe on disk; raise Overloaded when too many wait."""
        if len(self._waiting) >= WAITING_MAX:
            raise Overloaded
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(account, source, received_at, body, kept))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_all())
        await kept

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:BATCH_MAX], self._waiting[BATCH_MAX:]
                await self._write(batch)
        finally:
            self._writing = None

    async def _write(self, batch: Sequence[_Waiting]) -> None:
        try:
            async with self._db.system() as tx:
                raw = await tx.driver()
                columns = list(zip(*[item[:4] for item in batch], strict=True))
                await raw.execute(KEEP, *(list(column) for column in columns))
        except Exception as error:  # noqa: BLE001 -- handed to each sender's request
            for item in batch:
                if not item.kept.done():
                    item.kept.set_exception(error)
            return
        for item in batch:
            if not item.kept.done():
                item.kept.set_result(None)
        self._on_kept({item.account for item in batch})


async def take(tx: Tx, source: str, limit: int) -> list[InboxMessage]:
    """Return the oldest messages not yet understood, locked, in the order they came."""
    rows = await tx.rows(TAKE, account=tx.account, source=source, limit=limit)
    return [InboxMessage(row.id, row.source, row.received_at, row.body) for row in rows]


async def done(tx: Tx, ids: Sequence[int], now: datetime) -> None:
    await tx.run(DONE, account=tx.account, ids=list(ids), now=now)


async def set_aside(tx: Tx, message: int, trouble: str, now: datetime) -> None:
    """Put a message aside that cannot be understood; it is kept longer and counted."""
    await tx.run(DEAD, account=tx.account, id=message, trouble=trouble[:500], now=now)


async def accounts_waiting(tx: Tx, source: str) -> list[AccountId]:
    """Return who has messages waiting (system transaction)."""
    return [AccountId(row.account_id) for row in await tx.rows(ACCOUNTS_WAITING, source=source)]


async def state(tx: Tx, source: str, since: datetime) -> InboxState:
    """Tell how the inbox of an account stands; dead letters are counted `since` a moment."""
    row = await tx.row(STATE, account=tx.account, source=source, since=since)
    return (
        InboxState(0, None, 0)
        if row is None
        else InboxState(row.waiting, row.oldest_at, row.dead_letters)
    )


async def clean(tx: Tx, before: datetime, dead_before: datetime) -> int:
    """Forget understood messages older than `before`, dead letters older than the other."""
    return await tx.run(CLEAN, before=before, dead_before=dead_before)
