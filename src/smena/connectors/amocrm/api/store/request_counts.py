"""Requests to amoCRM counted by minute, what was asked and the answer; shared by all nodes."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from smena.connectors.amocrm.api.core.request_counts import Counted, last_minute
from smena.kernel.db import Tx

HOUR_LONG = timedelta(hours=1)

ADD = """
INSERT INTO amocrm_request_count AS counted (account_id, at, kind, answer, requests)
VALUES (:account, :at, :kind, :answer, :requests)
ON CONFLICT (account_id, at, kind, answer) DO UPDATE
   SET requests = counted.requests + excluded.requests
"""

# Added up here: hundreds of accounts, asked for all at once, would be a hundred thousand rows.
HOUR = """
SELECT CASE WHEN at = :minute THEN at ELSE CAST(:since AS timestamptz) END AS at, kind, answer,
       CAST(sum(requests) AS bigint) AS requests
  FROM amocrm_request_count WHERE account_id = :account AND at >= :since GROUP BY 1, 2, 3
"""

TRIM = "DELETE FROM amocrm_request_count WHERE at < :before"


async def add(tx: Tx, counts: Mapping[tuple[datetime, str, str], int]) -> None:
    """Add counts. In one order, so that two nodes wait for each other and never in a circle."""
    await tx.run_many(
        ADD,
        [
            {"account": tx.account, "at": at, "kind": kind, "answer": answer, "requests": requests}
            for (at, kind, answer), requests in sorted(counts.items())
        ],
    )


async def hour(tx: Tx, now: datetime) -> list[Counted]:
    """Return the last hour in two sums of each kind: its last whole minute, and the rest."""
    minute, since = last_minute(now), now - HOUR_LONG
    rows = await tx.rows(HOUR, account=tx.account, minute=minute, since=since)
    return [Counted(row.at, row.kind, row.answer, row.requests) for row in rows]


async def trim(tx: Tx, before: datetime) -> None:
    """Forget old minutes (system transaction)."""
    await tx.run(TRIM, before=before)
