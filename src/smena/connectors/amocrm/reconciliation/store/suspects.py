"""Suspects of a reconciliation: cards that looked different during the walk."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from smena.connectors.amocrm.reconciliation.core.plan import ReconciliationId
from smena.kernel.db import Tx

ADD = """
INSERT INTO amocrm_reconciliation_suspect (account_id, reconciliation_id, number, id, not_before)
SELECT :account, :reconciliation, :number, unnest(CAST(:ids AS bigint[])), :not_before
ON CONFLICT DO NOTHING
"""

DUE = """
SELECT number, id, looks FROM amocrm_reconciliation_suspect
 WHERE account_id = :account AND reconciliation_id = :reconciliation AND not_before <= :now
 ORDER BY looks, number, id LIMIT :limit
"""

NEXT_DUE = """
SELECT min(not_before) FROM amocrm_reconciliation_suspect
 WHERE account_id = :account AND reconciliation_id = :reconciliation
"""

STILL_THERE = """
SELECT id FROM amocrm_reconciliation_suspect
 WHERE account_id = :account AND reconciliation_id = :reconciliation AND number = :number
   AND id = ANY(:ids)
   FOR UPDATE
"""

LOOK_AGAIN = """
UPDATE amocrm_reconciliation_suspect SET looks = looks + 1, not_before = :not_before
 WHERE account_id = :account AND reconciliation_id = :reconciliation AND number = :number
   AND id = ANY(:ids)
"""

FORGET = """
DELETE FROM amocrm_reconciliation_suspect
 WHERE account_id = :account AND reconciliation_id = :reconciliation AND number = :number
   AND id = ANY(:ids)
"""

MISSED = """
SELECT count(*) FROM amocrm_reconciliation_suspect
 WHERE account_id = :account AND reconciliation_id = :reconciliation AND number = :number
   AND looks > 0
"""


@dataclass(frozen=True, slots=True)
class Suspect:
    """A card to be looked at again; `looks` tells how often it was not there."""

    number: int
    id: int
    looks: int


async def add(
    tx: Tx,
    reconciliation: ReconciliationId,
    number: int,
    ids: Collection[int],
    not_before: datetime,
) -> None:
    if ids:
        await tx.run(
            ADD,
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


async def next_due(tx: Tx, reconciliation: ReconciliationId) -> datetime | None:
    found: datetime | None = await tx.value(
        NEXT_DUE, account=tx.account, reconciliation=reconciliation
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


async def forget(
    tx: Tx, reconciliation: ReconciliationId, number: int, ids: Collection[int]
) -> None:
    await tx.run(
        FORGET, account=tx.account, reconciliation=reconciliation, number=number, ids=sorted(ids)
    )


async def missed(tx: Tx, reconciliation: ReconciliationId, number: int) -> int:
    """Return how many cards of a part were not there when they were looked at again."""
    return int(
        await tx.value(MISSED, account=tx.account, reconciliation=reconciliation, number=number)
    )
