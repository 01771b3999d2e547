"""Whose days changed, for live screens."""

from smena.crm.mirror.model import Pulse
from smena.kernel.db import Tx

PULSES = """
SELECT id, user_ids, from_at, to_at FROM crm_pulse
 WHERE account_id = :account AND id > :after ORDER BY id
"""


LAST_PULSE = "SELECT coalesce(max(id), 0) FROM crm_pulse WHERE account_id = :account"


async def pulses(tx: Tx, after: int) -> list[Pulse]:
    """Return whose days changed since pulse `after`."""
    return [
        Pulse(row.id, frozenset(row.user_ids), row.from_at, row.to_at)
        for row in await tx.rows(PULSES, account=tx.account, after=after)
    ]


async def last_pulse(tx: Tx) -> int:
    return int(await tx.value(LAST_PULSE, account=tx.account))
