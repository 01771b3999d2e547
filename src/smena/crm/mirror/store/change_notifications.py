"""Rows that tell live screens whose days changed."""

from collections.abc import Iterable
from datetime import datetime

from smena.crm.model.entities import UserId
from smena.kernel.db import Tx

WRITE_CHANGE_NOTIFICATION = """
INSERT INTO crm_change_notification (account_id, at, user_ids, from_at, to_at)
VALUES ($1, $2, $3, $4, $5)
"""


HINT = "SELECT pg_notify('smena_change_notification', $1)"


TRIM_CHANGE_NOTIFICATIONS = "DELETE FROM crm_change_notification WHERE at < :before"


async def write_change_notification(
    tx: Tx, users: Iterable[UserId], from_at: datetime, to_at: datetime, now: datetime
) -> None:
    raw = await tx.driver()
    await raw.execute(WRITE_CHANGE_NOTIFICATION, tx.account, now, sorted(users), from_at, to_at)
    await raw.execute(HINT, str(tx.account))


async def trim(tx: Tx, before: datetime) -> None:
    await tx.run(TRIM_CHANGE_NOTIFICATIONS, before=before)
