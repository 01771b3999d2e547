"""Reconciliations: a run, and its parts with the page each has come to."""

from collections.abc import Collection, Sequence
from datetime import datetime

from smena.connectors.amocrm.reconciliation.core.plan import ReconciliationId, ReconciliationPart
from smena.connectors.amocrm.reconciliation.model import (
    AskedBy,
    Reconciliation,
    ReconciliationOutcome,
)
from smena.kernel.db import Tx, read_as

_PART = """
    number, path, from_at, to_at, page, after_id, is_walked, is_whole, remote, local, remote_sum,
    local_sum, missing, stale, surplus, healed, requests, seconds
"""

# Two that begin one at once: the second finds the first one's and begins nothing.
BEGIN = """
INSERT INTO amocrm_reconciliation (account_id, asked_by, started_at, next_at)
VALUES (:account, :asked_by, :now, :now)
ON CONFLICT (account_id) WHERE finished_at IS NULL DO NOTHING RETURNING id
"""

PLAN = """
INSERT INTO amocrm_reconciliation_part
       (account_id, reconciliation_id, number, path, from_at, to_at, is_whole)
VALUES (:account, :reconciliation, :number, :path, :from_at, :to_at, :is_whole)
"""

_RUN = """
SELECT id, asked_by, started_at, next_at, finished_at, nullif(outcome, '') AS outcome
  FROM amocrm_reconciliation
"""
RUNNING = f"{_RUN} WHERE account_id = :account AND finished_at IS NULL"
LATEST = f"{_RUN} WHERE account_id = :account ORDER BY id DESC LIMIT :limit"

PARTS = f"""
SELECT reconciliation_id, {_PART} FROM amocrm_reconciliation_part
 WHERE account_id = :account AND reconciliation_id = ANY(:runs) ORDER BY reconciliation_id, number
"""  # noqa: S608 -- a constant list

# Two workers may walk one part for a moment: the one that is behind changes nothing.
SAVE = """
UPDATE amocrm_reconciliation_part
   SET page = :page, after_id = :after_id, is_walked = :is_walked, is_whole = :is_whole,
       remote = :remote, local = :local, remote_sum = :remote_sum, local_sum = :local_sum,
       missing = :missing, surplus = :surplus, stale = :stale, healed = :healed,
       requests = :requests, seconds = :seconds
 WHERE account_id = :account AND reconciliation_id = :reconciliation AND number = :number
   AND page = :read_page AND NOT is_walked
"""

FOUND = """
UPDATE amocrm_reconciliation_part
   SET missing = missing + :missing, stale = stale + :stale, surplus = surplus + :surplus,
       healed = healed + :healed, requests = requests + :requests, seconds = seconds + :seconds
 WHERE account_id = :account AND reconciliation_id = :reconciliation AND number = :number
"""

REST = """
UPDATE amocrm_reconciliation SET next_at = :next
 WHERE account_id = :account AND id = :reconciliation
"""

FINISH = """
UPDATE amocrm_reconciliation SET finished_at = :now, outcome = :outcome
 WHERE account_id = :account AND id = :reconciliation AND finished_at IS NULL
"""

TRIM = """
DELETE FROM amocrm_reconciliation WHERE started_at < :before AND finished_at IS NOT NULL
"""


async def begin(
    tx: Tx, asked_by: AskedBy, work: Sequence[ReconciliationPart], now: datetime
) -> ReconciliationId | None:
    """Begin a reconciliation; None when one is running already."""
    number = await tx.value(BEGIN, account=tx.account, asked_by=asked_by.value, now=now)
    if number is None:
        return None
    await tx.run_many(
        PLAN,
        [
            {
                "account": tx.account,
                "reconciliation": number,
                "number": part.number,
                "path": part.path,
                "from_at": part.from_at,
                "to_at": part.to_at,
                "is_whole": part.is_whole,
            }
            for part in work
        ],
    )
    return ReconciliationId(number)


async def running(tx: Tx) -> Reconciliation | None:
    return await tx.one(Reconciliation, RUNNING, account=tx.account)


async def latest(tx: Tx, limit: int) -> list[Reconciliation]:
    """Return reconciliations, the newest first."""
    return await tx.all(Reconciliation, LATEST, account=tx.account, limit=limit)


async def parts(
    tx: Tx, runs: Collection[ReconciliationId]
) -> dict[ReconciliationId, list[ReconciliationPart]]:
    found: dict[ReconciliationId, list[ReconciliationPart]] = {
        reconciliation: [] for reconciliation in runs
    }
    for row in await tx.rows(PARTS, account=tx.account, runs=list(runs)):
        found[ReconciliationId(row.reconciliation_id)].append(read_as(ReconciliationPart, row))
    return found


async def save(
    tx: Tx, reconciliation: ReconciliationId, part: ReconciliationPart, *, read_page: int
) -> bool:
    """Remember how far a walk is; False when somebody else had come further already."""
    touched = await tx.run(
        SAVE,
        account=tx.account,
        reconciliation=reconciliation,
        number=part.number,
        page=part.page,
        after_id=part.after_id,
        is_walked=part.is_walked,
        is_whole=part.is_whole,
        remote=part.remote,
        local=part.local,
        remote_sum=part.remote_sum,
        local_sum=part.local_sum,
        missing=part.missing,
        stale=part.stale,
        surplus=part.surplus,
        healed=part.healed,
        requests=part.requests,
        seconds=part.seconds,
        read_page=read_page,
    )
    return touched == 1


async def count_found(tx: Tx, reconciliation: ReconciliationId, found: ReconciliationPart) -> None:
    """Add what a second look found to the part of that number."""
    await tx.run(
        FOUND,
        account=tx.account,
        reconciliation=reconciliation,
        number=found.number,
        missing=found.missing,
        stale=found.stale,
        surplus=found.surplus,
        healed=found.healed,
        requests=found.requests,
        seconds=found.seconds,
    )


async def rest(tx: Tx, reconciliation: ReconciliationId, until: datetime) -> None:
    await tx.run(REST, account=tx.account, reconciliation=reconciliation, next=until)


async def finish(
    tx: Tx, reconciliation: ReconciliationId, outcome: ReconciliationOutcome, now: datetime
) -> None:
    await tx.run(
        FINISH, account=tx.account, reconciliation=reconciliation, outcome=outcome.value, now=now
    )


async def trim(tx: Tx, before: datetime) -> None:
    """Forget old reports (system transaction)."""
    await tx.run(TRIM, before=before)
