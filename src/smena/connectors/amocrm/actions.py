"""What the application may do with the connection to amoCRM."""

from datetime import datetime, timedelta

from smena.connectors.amocrm.api.store import request_counts
from smena.connectors.amocrm.reconciliation.store import runs
from smena.kernel.db import Tx

REPORTS_KEPT = timedelta(days=60)


MINUTES_KEPT = timedelta(days=1)


async def trim(tx: Tx, now: datetime) -> None:
    """Forget old reconciliations and counted requests (system transaction)."""
    await runs.trim(tx, now - REPORTS_KEPT)
    await request_counts.trim(tx, now - MINUTES_KEPT)
