"""The connector's rows: the link itself and the cursors of polling."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from smena.connectors.amocrm.core.window import Cursor, Stream
from smena.connectors.amocrm.model import Connection, HookState
from smena.crm.model import UserId
from smena.kernel.db import Tx
from smena.kernel.ids import AccountId

_COLUMNS = """
    account_id AS account, is_active, current_user_id AS "current_user", requests_per_second,
    load_requests_per_second,
    hook_state, hook_detail, hook_checked_at, load_started_at, load_finished_at, complete_until,
    make_interval(secs => ahead_seconds) AS ahead, hinted_at, next_poll_at, next_cards_at,
    roster_at, lists_at, unsorted_at, trouble, trouble_at, spoiled_rows
"""

ONE = f"SELECT {_COLUMNS} FROM amocrm_connection WHERE account_id = :account"  # noqa: S608 -- a constant list

# Connecting again keeps the first load that is done and the cursors.
CONNECT = """
INSERT INTO amocrm_connection (account_id, is_active, current_user_id, requests_per_second,
                               load_requests_per_second, next_poll_at, next_cards_at)
VALUES (:account, true, :current_user, :per_second, :load_per_second, :now, :now)
ON CONFLICT (account_id) DO UPDATE
   SET is_active = true, current_user_id = excluded.current_user_id, next_poll_at = :now,
       next_cards_at = :now,
       requests_per_second = excluded.requests_per_second,
       load_requests_per_second = excluded.load_requests_per_second,
       trouble = '', trouble_at = NULL
"""

DEACTIVATE = """
UPDATE amocrm_connection SET is_active = false, trouble = :trouble, trouble_at = :now
 WHERE account_id = :account
"""

ACTIVATE = """
UPDATE amocrm_connection
   SET is_active = true, trouble = '', trouble_at = NULL, next_poll_at = :now, next_cards_at = :now
 WHERE account_id = :account
"""

TROUBLE = """
UPDATE amocrm_connection SET trouble = :trouble, trouble_at = :now
 WHERE account_id = :account AND is_active
"""

HOOK = """
UPDATE amocrm_connection
   SET hook_state = :state, hook_detail = :detail, hook_checked_at = :now
 WHERE account_id = :account
"""

RATE = """
UPDATE amocrm_connection
   SET requests_per_second = :per_second, load_requests_per_second = :load_per_second
 WHERE account_id = :account
"""

# A hint must not be lost while a poll is running: the poll compares moments when it ends.
HINT = """
UPDATE amocrm_connection SET hinted_at = :now, next_poll_at = least(next_poll_at, :now)
 WHERE account_id = :account AND is_active
"""

POLLED = """
UPDATE amocrm_connection
   SET complete_until = greatest(complete_until, :complete_until),
       ahead_seconds = :ahead_seconds,
       next_poll_at = CASE WHEN hinted_at > :started_at THEN hinted_at ELSE :next_poll_at END,
       spoiled_rows = spoiled_rows + :spoiled,
       trouble = CASE WHEN is_active THEN '' ELSE trouble END,
       trouble_at = CASE WHEN is_active THEN NULL ELSE trouble_at END
 WHERE account_id = :account
"""

SPOILED = """
UPDATE amocrm_connection SET spoiled_rows = spoiled_rows + :rows WHERE account_id = :account
"""

ROSTER_READ = "UPDATE amocrm_connection SET roster_at = :now WHERE account_id = :account"

ROSTER_WANTED = """
UPDATE amocrm_connection SET roster_at = NULL, next_cards_at = least(next_cards_at, :now)
 WHERE account_id = :account
"""

LISTS_READ = "UPDATE amocrm_connection SET lists_at = :now WHERE account_id = :account"

UNSORTED_READ = "UPDATE amocrm_connection SET unsorted_at = :now WHERE account_id = :account"

# Whoever reads them takes a dozen requests: not again when that was a moment ago.
LISTS_WANTED = """
UPDATE amocrm_connection SET lists_at = NULL WHERE account_id = :account AND lists_at < :before
"""

CARDS_READ = "UPDATE amocrm_connection SET next_cards_at = :next WHERE account_id = :account"

CARDS_DUE = "SELECT account_id FROM amocrm_connection WHERE is_active AND next_cards_at <= :now"
POLLS_DUE = "SELECT account_id FROM amocrm_connection WHERE is_active AND next_poll_at <= :now"
LOADS_DUE = """
SELECT account_id FROM amocrm_connection
 WHERE is_active AND load_started_at IS NOT NULL AND load_finished_at IS NULL
"""
ACTIVE = "SELECT account_id FROM amocrm_connection WHERE is_active"
ALL = "SELECT account_id FROM amocrm_connection ORDER BY account_id"
TROUBLED = "SELECT account_id FROM amocrm_connection WHERE NOT is_active AND trouble <> ''"

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


async def one(tx: Tx) -> Connection | None:
    return await tx.one(Connection, ONE, account=tx.account)


async def connect(
    tx: Tx,
    current_user: UserId,
    per_second: float | None,
    load_per_second: float | None,
    now: datetime,
) -> None:
    await tx.run(
        CONNECT,
        account=tx.account,
        current_user=current_user,
        per_second=per_second,
        load_per_second=load_per_second,
        now=now,
    )


async def deactivate(tx: Tx, trouble: str, now: datetime) -> None:
    await tx.run(DEACTIVATE, account=tx.account, trouble=trouble[:500], now=now)


async def activate(tx: Tx, now: datetime) -> None:
    await tx.run(ACTIVATE, account=tx.account, now=now)


async def note_trouble(tx: Tx, trouble: str, now: datetime) -> None:
    await tx.run(TROUBLE, account=tx.account, trouble=trouble[:500], now=now)


async def save_hook(tx: Tx, state: HookState, detail: str, now: datetime) -> None:
    await tx.run(HOOK, account=tx.account, state=state.value, detail=detail[:500], now=now)


async def set_rate(tx: Tx, per_second: float | None, load_per_second: float | None) -> None:
    await tx.run(RATE, account=tx.account, per_second=per_second, load_per_second=load_per_second)


async def hint(tx: Tx, now: datetime) -> None:
    await tx.run(HINT, account=tx.account, now=now)


async def save_poll(
    tx: Tx,
    *,
    started_at: datetime,
    next_poll_at: datetime,
    complete_until: datetime | None,
    ahead: timedelta,
    spoiled: int,
) -> None:
    await tx.run(
        POLLED,
        account=tx.account,
        started_at=started_at,
        next_poll_at=next_poll_at,
        complete_until=complete_until,
        ahead_seconds=ahead.total_seconds(),
        spoiled=spoiled,
    )


async def count_spoiled(tx: Tx, rows: int) -> None:
    if rows:
        await tx.run(SPOILED, account=tx.account, rows=rows)


async def save_roster_read(tx: Tx, now: datetime) -> None:
    await tx.run(ROSTER_READ, account=tx.account, now=now)


async def ask_for_roster(tx: Tx, now: datetime) -> None:
    await tx.run(ROSTER_WANTED, account=tx.account, now=now)


async def save_lists_read(tx: Tx, now: datetime) -> None:
    await tx.run(LISTS_READ, account=tx.account, now=now)


async def ask_for_lists(tx: Tx, before: datetime) -> None:
    """Have the short lists read again unless that was done after `before`."""
    await tx.run(LISTS_WANTED, account=tx.account, before=before)


async def save_unsorted_read(tx: Tx, now: datetime) -> None:
    await tx.run(UNSORTED_READ, account=tx.account, now=now)


async def save_cards_read(tx: Tx, next_at: datetime) -> None:
    await tx.run(CARDS_READ, account=tx.account, next=next_at)


async def polls_due(tx: Tx, now: datetime) -> list[AccountId]:
    return [AccountId(row.account_id) for row in await tx.rows(POLLS_DUE, now=now)]


async def cards_due(tx: Tx, now: datetime) -> list[AccountId]:
    return [AccountId(row.account_id) for row in await tx.rows(CARDS_DUE, now=now)]


async def loads_due(tx: Tx) -> list[AccountId]:
    return [AccountId(row.account_id) for row in await tx.rows(LOADS_DUE)]


async def active(tx: Tx) -> list[AccountId]:
    return [AccountId(row.account_id) for row in await tx.rows(ACTIVE)]


async def all_accounts(tx: Tx) -> list[AccountId]:
    return [AccountId(row.account_id) for row in await tx.rows(ALL)]


async def troubled(tx: Tx) -> list[AccountId]:
    return [AccountId(row.account_id) for row in await tx.rows(TROUBLED)]


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
