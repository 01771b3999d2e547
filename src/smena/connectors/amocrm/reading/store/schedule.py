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
       clock_offset_seconds = :clock_offset_seconds,
       next_poll_at = CASE WHEN hinted_at > :started_at THEN hinted_at ELSE :next_poll_at END,
       malformed_rows = malformed_rows + :malformed,
       trouble = CASE WHEN is_active THEN '' ELSE trouble END,
       trouble_at = CASE WHEN is_active THEN NULL ELSE trouble_at END
 WHERE account_id = :account
"""

MALFORMED = """
UPDATE amocrm_connection SET malformed_rows = malformed_rows + :rows WHERE account_id = :account
"""

PEOPLE_READ = "UPDATE amocrm_connection SET people_at = :now WHERE account_id = :account"

PEOPLE_WANTED = """
UPDATE amocrm_connection SET people_at = NULL, next_cards_at = least(next_cards_at, :now)
 WHERE account_id = :account
"""

REFERENCE_DATA_READ = (
    "UPDATE amocrm_connection SET reference_data_at = :now WHERE account_id = :account"
)

UNSORTED_READ = "UPDATE amocrm_connection SET unsorted_at = :now WHERE account_id = :account"

# Whoever reads them takes a dozen requests: not again when that was a moment ago.
REFERENCE_DATA_WANTED = """
UPDATE amocrm_connection SET reference_data_at = NULL WHERE account_id = :account AND
reference_data_at < :before
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
    clock_offset: timedelta,
    malformed: int,
) -> None:
    await tx.run(
        POLLED,
        account=tx.account,
        started_at=started_at,
        next_poll_at=next_poll_at,
        complete_until=complete_until,
        clock_offset_seconds=clock_offset.total_seconds(),
        malformed=malformed,
    )


async def count_malformed(tx: Tx, rows: int) -> None:
    if rows:
        await tx.run(MALFORMED, account=tx.account, rows=rows)


async def save_people_read(tx: Tx, now: datetime) -> None:
    await tx.run(PEOPLE_READ, account=tx.account, now=now)


async def ask_for_people(tx: Tx, now: datetime) -> None:
    await tx.run(PEOPLE_WANTED, account=tx.account, now=now)


async def save_reference_data_read(tx: Tx, now: datetime) -> None:
    await tx.run(REFERENCE_DATA_READ, account=tx.account, now=now)


async def ask_for_reference_data(tx: Tx, before: datetime) -> None:
    """Have reference data read again unless that was done after `before`."""
    await tx.run(REFERENCE_DATA_WANTED, account=tx.account, before=before)


async def save_unsorted_read(tx: Tx, now: datetime) -> None:
    await tx.run(UNSORTED_READ, account=tx.account, now=now)


async def save_cards_read(tx: Tx, next_at: datetime) -> None:
    await tx.run(CARDS_READ, account=tx.account, next=next_at)
