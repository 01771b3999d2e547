"""The outbox as people look at it: counts, pages, the latest troubles."""

from collections.abc import Sequence
from datetime import datetime

from smena.crm.answers import LaneCount, WishCount
from smena.crm.outbox import Lane, Wish, WishFilter, WishId, WishState
from smena.crm.store.wishes import COLUMNS, wish_of
from smena.kernel.db import Tx

COUNTS = """
SELECT state, count(*) AS wishes, min(asked_at) AS oldest FROM crm_wish
 WHERE account_id = :account GROUP BY state
"""

LANES = """
SELECT lane, count(*) AS wishes, min(asked_at) AS oldest FROM crm_wish
 WHERE account_id = :account AND state IN ('planned', 'sending') GROUP BY lane ORDER BY lane
"""

FINISHED_SINCE = """
SELECT state, count(*) AS wishes FROM crm_wish
 WHERE account_id = :account AND finished_at >= :since GROUP BY state
"""

_MATCHES = """
account_id = :account
   AND (cardinality(CAST(:states AS text[])) = 0 OR state = ANY(:states))
   AND (cardinality(CAST(:kinds AS int[])) = 0 OR kind = ANY(:kinds))
   AND (CAST(:entity AS bigint) IS NULL OR entity_id = :entity)
   AND (NOT :has_error OR error <> '')
   AND (CAST(:before AS bigint) IS NULL OR id < :before)
"""

FIND = f"""
SELECT {COLUMNS} FROM crm_wish WHERE {_MATCHES} ORDER BY id DESC LIMIT :limit
"""  # noqa: S608 -- constant columns and conditions

PLANNED = f"""
SELECT id FROM crm_wish
 WHERE {_MATCHES} AND state = 'planned'
   AND (CAST(:older AS timestamptz) IS NULL OR asked_at < :older)
 ORDER BY id
"""  # noqa: S608 -- constant conditions

BY_ID = f"""
SELECT {COLUMNS} FROM crm_wish WHERE account_id = :account AND id = ANY(:ids) ORDER BY id
"""  # noqa: S608 -- a constant list of columns

CREATED = """
SELECT created_id FROM crm_wish
 WHERE account_id = :account AND created_id IS NOT NULL AND finished_at >= :since
"""


async def counts(tx: Tx) -> dict[WishState, WishCount]:
    return {
        WishState(row.state): WishCount(row.wishes, row.oldest)
        for row in await tx.rows(COUNTS, account=tx.account)
    }


async def lanes(tx: Tx) -> list[LaneCount]:
    return [
        LaneCount(Lane(row.lane), row.wishes, row.oldest)
        for row in await tx.rows(LANES, account=tx.account)
    ]


async def finished_since(tx: Tx, since: datetime) -> dict[WishState, int]:
    rows = await tx.rows(FINISHED_SINCE, account=tx.account, since=since)
    return {WishState(row.state): row.wishes for row in rows}


async def find(tx: Tx, wanted: WishFilter) -> list[Wish]:
    return [wish_of(row) for row in await tx.rows(FIND, limit=wanted.limit, **_terms(tx, wanted))]


async def planned(tx: Tx, wanted: WishFilter, older: datetime | None = None) -> list[WishId]:
    """Return which of the wanted wishes have not left yet, all pages of them."""
    rows = await tx.rows(PLANNED, older=older, **_terms(tx, wanted))
    return [WishId(row.id) for row in rows]


async def by_id(tx: Tx, ids: Sequence[WishId]) -> list[Wish]:
    return [wish_of(row) for row in await tx.rows(BY_ID, account=tx.account, ids=list(ids))]


async def created_since(tx: Tx, since: datetime) -> set[int]:
    """Return what our creations have made: it answers no other wish."""
    rows = await tx.rows(CREATED, account=tx.account, since=since)
    return {row.created_id for row in rows}


def _terms(tx: Tx, wanted: WishFilter) -> dict[str, object]:
    return {
        "account": tx.account,
        "states": [str(state) for state in wanted.states],
        "kinds": [int(kind) for kind in wanted.kinds],
        "entity": wanted.entity,
        "has_error": wanted.has_error,
        "before": wanted.before,
    }
