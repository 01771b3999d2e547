"""When each kind of reading is due."""

from datetime import datetime, timedelta

from smena.kernel.db import Tx

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


async def hint(tx: Tx, now: datetime) -> None:
    """Ask amoCRM for news soon."""
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
