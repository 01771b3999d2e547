"""Reconciliations: a run, its parts with the page each has come to, its suspects."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
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

_CHECK = """
SELECT id, asked_by, started_at, next_at, finished_at, nullif(outcome, '') AS outcome
  FROM amocrm_reconciliation
"""
RUNNING = f"{_CHECK} WHERE account_id = :account AND finished_at IS NULL"
LATEST = f"{_CHECK} WHERE account_id = :account ORDER BY id DESC LIMIT :limit"

PARTS = f"""
SELECT reconciliation_id, {_PART} FROM amocrm_reconciliation_part
 WHERE account_id = :account AND reconciliation_id = ANY(:checks) ORDER BY reconciliation_id, number
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

SUSPECT = """
INSERT INTO amocrm_reconciliation_suspect (account_id, reconciliation_id, number, id, not_before)
SELECT :account, :reconciliation, :number, unnest(CAST(:ids AS bigint[])), :not_before
ON CONFLICT DO NOTHING
"""

DUE = """
SELECT number, id, looks FROM amocrm_reconciliation_suspect
 WHERE account_id = :account AND reconciliation_id = :reconciliation AND not_before <= :now
 ORDER BY looks, number, id LIMIT :limit
"""

NEXT_SUSPECT = """
SELECT min(not_before) FROM amocrm_reconciliation_suspect
 WHERE account_id = :account AND reconciliation_id = :reconciliation
"""

FORGET = """
DELETE FROM amocrm_reconciliation_suspect
 WHERE account_id = :account AND reconciliation_id = :reconciliation AND number = :number
   AND id = ANY(:ids)
"""

LOOK_AGAIN = """
UPDATE amocrm_reconciliation_suspect SET looks = looks + 1, not_before = :not_before
 WHERE account_id = :account AND reconciliation_id = :reconciliation AND number = :number
   AND id = ANY(:ids)
"""

STILL_THERE = """
SELECT id FROM amocrm_reconciliation_suspect
 WHERE account_id = :account AND reconciliation_id = :reconciliation AND number = :number
   AND id = ANY(:ids)
   FOR UPDATE
"""

MISSED = """
SELECT count(*) FROM amocrm_reconciliation_suspect
 WHERE account_id = :account AND reconciliation_id = :reconciliation AND number = :number AND looks
 > 0
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


@dataclass(frozen=True, slots=True)
class Suspect:
    """A card to be looked at again; `looks` tells how often it was not there."""

    number: int
    id: int
    looks: int


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
    tx: Tx, checks: Collection[ReconciliationId]
) -> dict[ReconciliationId, list[ReconciliationPart]]:
    found: dict[ReconciliationId, list[ReconciliationPart]] = {
        reconciliation: [] for reconciliation in checks
    }
    for row in await tx.rows(PARTS, account=tx.account, checks=list(checks)):
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


async def suspect(
    tx: Tx,
    reconciliation: ReconciliationId,
    number: int,
    ids: Collection[int],
    not_before: datetime,
) -> None:
    if ids:
        await tx.run(
            SUSPECT,
            account=tx.account,
            reconciliation=reconciliation,
            number=number,
            ids=sorted(ids),
            not_before=not_before,
        )


async def due(tx: Tx, reconciliation: ReconciliationId, now: datetime, limit: int) -> list[Suspect]:
    """Return suspects to be looked into now, those never looked at first."""
    return await tx.all(
        Suspect, DUE, account=tx.account, reconciliation=reconciliation, now=now, limit=limit
    )


async def next_suspect(tx: Tx, reconciliation: ReconciliationId) -> datetime | None:
    found: datetime | None = await tx.value(
        NEXT_SUSPECT, account=tx.account, reconciliation=reconciliation
    )
    return found


async def still_there(
    tx: Tx, reconciliation: ReconciliationId, number: int, ids: Collection[int]
) -> frozenset[int]:
    """Return which of these suspects nobody has settled meanwhile, and hold them."""
    rows = await tx.rows(
        STILL_THERE,
        account=tx.account,
        reconciliation=reconciliation,
        number=number,
        ids=sorted(ids),
    )
    return frozenset(row.id for row in rows)


async def missed(tx: Tx, reconciliation: ReconciliationId, number: int) -> int:
    """Return how many cards of a part were not there when they were looked at again."""
    return int(
        await tx.value(MISSED, account=tx.account, reconciliation=reconciliation, number=number)
    )


async def forget(
    tx: Tx, reconciliation: ReconciliationId, number: int, ids: Collection[int]
) -> None:
    await tx.run(
        FORGET, account=tx.account, reconciliation=reconciliation, number=number, ids=sorted(ids)
    )


async def look_again(
    tx: Tx,
    reconciliation: ReconciliationId,
    number: int,
    ids: Collection[int],
    not_before: datetime,
) -> None:
    await tx.run(
        LOOK_AGAIN,
        account=tx.account,
        reconciliation=reconciliation,
        number=number,
        ids=sorted(ids),
        not_before=not_before,
    )


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
