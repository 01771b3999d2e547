"""Requests to amoCRM counted by minute, what was asked and the answer; shared by all nodes."""

from collections.abc import Mapping
from datetime import datetime

from smena.connectors.amocrm.core.tally import Counted
from smena.kernel.db import Tx

ADD = """
INSERT INTO amocrm_minute AS counted (account_id, at, kind, answer, requests)
VALUES (:account, :at, :kind, :answer, :requests)
ON CONFLICT (account_id, at, kind, answer) DO UPDATE
   SET requests = counted.requests + excluded.requests
"""

SINCE = """
SELECT at, kind, answer, requests FROM amocrm_minute
 WHERE account_id = :account AND at >= :since ORDER BY at, kind, answer
"""

TRIM = "DELETE FROM amocrm_minute WHERE at < :before"


async def add(tx: Tx, counts: Mapping[tuple[datetime, str, str], int]) -> None:
    """Add counts. In one order, so that two nodes wait for each other and never in a circle."""
    await tx.run_many(
        ADD,
        [
            {"account": tx.account, "at": at, "kind": kind, "answer": answer, "requests": requests}
            for (at, kind, answer), requests in sorted(counts.items())
        ],
    )


async def since(tx: Tx, at: datetime) -> list[Counted]:
    rows = await tx.rows(SINCE, account=tx.account, since=at)
    return [Counted(row.at, row.kind, row.answer, row.requests) for row in rows]


async def trim(tx: Tx, before: datetime) -> None:
    """Forget old minutes (system transaction)."""
    await tx.run(TRIM, before=before)
