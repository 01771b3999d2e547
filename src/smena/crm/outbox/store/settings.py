"""How an account's commands travel; its row is also the lock of whoever claims."""

from datetime import datetime

from smena.crm.outbox.model import OutboxSettings
from smena.kernel.db import Tx

OPEN = "INSERT INTO crm_outbox (account_id) VALUES (:account) ON CONFLICT DO NOTHING"
READ = "SELECT is_dry, dry_since, batch FROM crm_outbox WHERE account_id = :account"
LOCK = f"{READ} FOR UPDATE"

SET_DRY = """
UPDATE crm_outbox SET is_dry = :dry, dry_since = CAST(:since AS timestamptz)
 WHERE account_id = :account
"""

SET_BATCH = "UPDATE crm_outbox SET batch = :batch WHERE account_id = :account"


async def lock(tx: Tx) -> OutboxSettings:
    """Become the only one who claims, or changes the settings, until the transaction ends."""
    row = await tx.row(LOCK, account=tx.account)
    if row is None:
        await tx.run(OPEN, account=tx.account)
        row = await tx.row(LOCK, account=tx.account)
    return OutboxSettings() if row is None else OutboxSettings(row.is_dry, row.dry_since, row.batch)


async def set_dry(tx: Tx, since: datetime | None) -> None:
    """Switch sending off since a moment, or on again (None)."""
    await tx.run(SET_DRY, account=tx.account, dry=since is not None, since=since)


async def set_batch(tx: Tx, batch: int) -> None:
    await tx.run(SET_BATCH, account=tx.account, batch=batch)
