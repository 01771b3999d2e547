"""Results: what was decided about each lead, with its steps and the ledger's vector."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from smena.crm.model.entities import LeadId, UserId
from smena.distribution.core.ledger import LedgerEntry
from smena.distribution.model import (
    ResultFilter,
    ResultId,
    ResultKey,
    State,
    Step,
    TemplateId,
)
from smena.kernel.db import Row, Tx

ATTEMPTS = """
SELECT lead_id, template_id, max(attempt) AS attempt, array_agg(user_id) AS tried
  FROM distribution_result
 WHERE account_id = $1 AND lead_id = ANY($2)
 GROUP BY lead_id, template_id
"""

FINISH = """
UPDATE distribution_result SET state = :state, reason = :reason, finished_at = :now
 WHERE account_id = :account AND template_id = :template AND lead_id = :lead
   AND attempt = :attempt AND state = 'sent'
RETURNING user_id, entries
"""

_RESULT_COLUMNS = """r.id, r.template_id, t.name AS template_name, r.lead_id, r.attempt,
       r.decided_at, r.state, r.user_id, r.reason, r.finished_at"""

_RESULT_TABLES = """distribution_result r
  JOIN distribution_template t ON t.account_id = r.account_id AND t.id = r.template_id"""

FIND_RESULTS = f"""
SELECT {_RESULT_COLUMNS}, NULL AS steps, NULL AS entries
  FROM {_RESULT_TABLES}
 WHERE r.account_id = :account
   AND (CAST(:lead AS bigint) IS NULL OR r.lead_id = :lead)
   AND (CAST(:user AS bigint) IS NULL OR r.user_id = :user)
   AND (CAST(:template AS bigint) IS NULL OR r.template_id = :template)
   AND (cardinality(CAST(:states AS text[])) = 0 OR r.state = ANY(:states))
   AND (CAST(:since AS timestamptz) IS NULL OR r.decided_at >= :since)
   AND (CAST(:until AS timestamptz) IS NULL OR r.decided_at < :until)
   AND (CAST(:before AS bigint) IS NULL OR r.id < :before)
 ORDER BY r.id DESC LIMIT :limit
"""  # noqa: S608 -- constant lists of columns and tables

FIND_RESULT = f"""
SELECT {_RESULT_COLUMNS}, r.steps, r.entries
  FROM {_RESULT_TABLES}
 WHERE r.account_id = :account AND r.id = :id
"""  # noqa: S608 -- constant lists of columns and tables


@dataclass(frozen=True, slots=True)
class DecisionAttempts:
    """What has already been decided about a lead under one template."""

    last: int
    tried: tuple[UserId, ...]


async def attempts(
    tx: Tx, leads: Sequence[LeadId]
) -> dict[tuple[LeadId, TemplateId], DecisionAttempts]:
    raw = await tx.driver()
    rows = await raw.fetch(ATTEMPTS, tx.account, list(leads))
    return {
        (LeadId(row["lead_id"]), TemplateId(row["template_id"])): DecisionAttempts(
            row["attempt"], tuple(user for user in row["tried"] if user is not None)
        )
        for row in rows
    }


async def finish(
    tx: Tx, key: ResultKey, state: State, reason: str, now: datetime
) -> tuple[UserId, tuple[LedgerEntry, ...]] | None:
    """Close a result that is on its way; None when it was closed before."""
    row = await tx.row(
        FINISH,
        account=tx.account,
        template=key.template,
        lead=key.lead,
        attempt=key.attempt,
        state=state,
        reason=reason,
        now=now,
    )
    return None if row is None else (row.user_id, entries_of(row.entries))


async def find(tx: Tx, wanted: ResultFilter) -> Sequence[Row]:
    return await tx.rows(
        FIND_RESULTS,
        account=tx.account,
        lead=wanted.lead,
        user=wanted.user,
        template=wanted.template,
        states=[str(state) for state in wanted.states],
        since=wanted.since,
        until=wanted.until,
        before=wanted.before,
        limit=wanted.limit,
    )


async def one(tx: Tx, result: ResultId) -> Row | None:
    return await tx.row(FIND_RESULT, account=tx.account, id=result)


def steps_of(value: object) -> tuple[Step, ...]:
    return msgspec.convert(_json(value), tuple[Step, ...])


def entries_of(value: object) -> tuple[LedgerEntry, ...]:
    return msgspec.convert(_json(value), tuple[LedgerEntry, ...])


def _json(value: object) -> Any:
    """Accept what the driver gives for json: text, or a value that was already decoded."""
    return json.loads(value) if isinstance(value, (str, bytes)) else value
