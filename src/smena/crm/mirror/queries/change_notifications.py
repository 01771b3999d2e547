"""Whose days changed, for live screens."""

from smena.crm.mirror.model import ChangeNotification
from smena.kernel.db import Tx

CHANGE_NOTIFICATIONS = """
SELECT id, user_ids, from_at, to_at FROM crm_change_notification
 WHERE account_id = :account AND id > :after ORDER BY id
"""


LAST_CHANGE_NOTIFICATION = (
    "SELECT coalesce(max(id), 0) FROM crm_change_notification WHERE account_id = :account"
)


async def change_notifications(tx: Tx, after: int) -> list[ChangeNotification]:
    """Return whose days changed since change notification `after`."""
    return [
        ChangeNotification(row.id, frozenset(row.user_ids), row.from_at, row.to_at)
        for row in await tx.rows(CHANGE_NOTIFICATIONS, account=tx.account, after=after)
    ]


async def last_change_notification(tx: Tx) -> int:
    return int(await tx.value(LAST_CHANGE_NOTIFICATION, account=tx.account))
