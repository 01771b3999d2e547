"""How far back the event log has been read: one row for each account that wants it."""

from smena.connectors.amocrm.reading.core.history import History
from smena.kernel.db import Tx

ONE = """
SELECT from_at, begun_at, read_to, slice_days, page, rows, is_paused, started_at, finished_at
  FROM amocrm_history WHERE account_id = :account
"""

LOCK = f"{ONE} FOR UPDATE"

SAVE = """
INSERT INTO amocrm_history (account_id, from_at, begun_at, read_to, slice_days, page, rows,
                            is_paused, started_at, finished_at)
VALUES (:account, :from_at, :begun_at, :read_to, :slice_days, :page, :rows, :is_paused,
        :started_at, :finished_at)
ON CONFLICT (account_id) DO UPDATE
   SET from_at = excluded.from_at, begun_at = excluded.begun_at, read_to = excluded.read_to,
       slice_days = excluded.slice_days, page = excluded.page, rows = excluded.rows,
       is_paused = excluded.is_paused, started_at = excluded.started_at,
       finished_at = excluded.finished_at
"""


async def locked(tx: Tx) -> History | None:
    """Return the account's history; nobody else moves it until this transaction ends."""
    return await tx.one(History, LOCK, account=tx.account)


async def save(tx: Tx, history: History) -> None:
    await tx.run(
        SAVE,
        account=tx.account,
        from_at=history.from_at,
        begun_at=history.begun_at,
        read_to=history.read_to,
        slice_days=history.slice_days,
        page=history.page,
        rows=history.rows,
        is_paused=history.is_paused,
        started_at=history.started_at,
        finished_at=history.finished_at,
    )
