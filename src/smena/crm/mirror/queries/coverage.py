"""Up to which moment each kind of data is complete."""

from datetime import datetime

from smena.kernel.db import Tx

READ = """
SELECT key, value FROM crm_mirror, jsonb_each_text(complete_until) WHERE account_id = :account
"""


async def complete_until(tx: Tx) -> dict[str, datetime]:
    """Return up to which moment each kind of data is complete."""
    rows = await tx.rows(READ, account=tx.account)
    return {row.key: datetime.fromisoformat(row.value) for row in rows}
