"""Questions about reconciliations; read only."""

from datetime import datetime

from smena.connectors.amocrm.reconciliation.model import Report
from smena.connectors.amocrm.reconciliation.store import runs
from smena.kernel.db import Tx
from smena.kernel.ids import AccountId


async def reconciliations(tx: Tx, limit: int) -> list[Report]:
    """Return the latest reconciliations with what each found, the newest first."""
    found = await runs.latest(tx, limit)
    parts = await runs.parts(tx, [one.id for one in found])
    return [Report(one, tuple(parts[one.id])) for one in found]


ACCOUNTS_DUE = """
SELECT c.account_id FROM amocrm_reconciliation c JOIN amocrm_connection l ON l.account_id =
c.account_id
 WHERE c.finished_at IS NULL AND c.next_at <= :now AND l.is_active
"""


async def reconciliations_due(tx: Tx, now: datetime) -> list[AccountId]:
    """Return whose reconciliation is to go on now (system transaction)."""
    return [AccountId(row.account_id) for row in await tx.rows(ACCOUNTS_DUE, now=now)]
