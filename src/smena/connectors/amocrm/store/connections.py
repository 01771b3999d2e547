"""How each account is reached: one row for each connection with amoCRM."""

from datetime import datetime

from smena.connectors.amocrm.model import Connection, WebhookState
from smena.crm.model.entities import UserId
from smena.kernel.db import Tx
from smena.kernel.ids import AccountId

_COLUMNS = """
    account_id AS account, is_active, current_user_id AS "current_user", requests_per_second,
    load_requests_per_second,
    webhook_state, webhook_detail, webhook_checked_at, load_started_at, load_finished_at,
    complete_until, make_interval(secs => clock_offset_seconds) AS clock_offset, hinted_at,
    next_poll_at, next_cards_at, people_at,
    reference_data_at, unsorted_at, trouble, trouble_at, malformed_rows
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

WEBHOOK = """
UPDATE amocrm_connection
   SET webhook_state = :state, webhook_detail = :detail, webhook_checked_at = :now
 WHERE account_id = :account
"""

RATE = """
UPDATE amocrm_connection
   SET requests_per_second = :per_second, load_requests_per_second = :load_per_second
 WHERE account_id = :account
"""

ALL = "SELECT account_id FROM amocrm_connection ORDER BY account_id"


async def one(tx: Tx) -> Connection | None:
    return await tx.one(Connection, ONE, account=tx.account)


async def active(tx: Tx) -> Connection | None:
    """Return the connection of an account that is being asked, None for any other."""
    found = await one(tx)
    return found if found is not None and found.is_active else None


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


async def save_webhook(tx: Tx, state: WebhookState, detail: str, now: datetime) -> None:
    await tx.run(WEBHOOK, account=tx.account, state=state.value, detail=detail[:500], now=now)


async def set_rate(tx: Tx, per_second: float | None, load_per_second: float | None) -> None:
    await tx.run(RATE, account=tx.account, per_second=per_second, load_per_second=load_per_second)


async def all_accounts(tx: Tx) -> list[AccountId]:
    return [AccountId(row.account_id) for row in await tx.rows(ALL)]
