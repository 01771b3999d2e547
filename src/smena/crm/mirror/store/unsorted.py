"""Requests not yet sorted, and what became of them."""

from collections.abc import Iterable, Sequence

import asyncpg

from smena.crm.mirror.store import bulk
from smena.crm.model.conversations import Unsorted, UnsortedId, UnsortedState
from smena.crm.model.entities import ContactId, LeadId, PipelineId
from smena.kernel.db import Tx

_COLUMNS = {
    "uid": "text",
    "category": "text",
    "pipeline_id": "bigint",
    "lead_id": "bigint",
    "contact_ids": "bigint[]",
    "origin": "text",
    "created_at": "timestamptz",
    "state": "text",
    "closed_at": "timestamptz",
    "is_guess": "boolean",
}

_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM crm_unsorted WHERE account_id = $1"  # noqa: S608 -- a constant list

FIND = f"{_SELECT} AND uid = ANY($2)"
OPEN = f"{_SELECT} AND state = 'open' ORDER BY created_at"
KEEP = bulk.upsert("crm_unsorted", ("uid",), _COLUMNS)


async def find(tx: Tx, ids: Iterable[UnsortedId]) -> dict[UnsortedId, Unsorted]:
    raw = await tx.driver()
    return {one.id: one for one in map(_one, await raw.fetch(FIND, tx.account, list(ids)))}


async def still_open(tx: Tx) -> list[Unsorted]:
    """Return what waits for somebody, the oldest first."""
    raw = await tx.driver()
    return [_one(row) for row in await raw.fetch(OPEN, tx.account)]


async def keep(tx: Tx, rows: Sequence[Unsorted]) -> None:
    await bulk.write(
        tx,
        KEEP,
        [
            {
                "uid": one.id,
                "category": one.category,
                "pipeline_id": one.pipeline,
                "lead_id": one.lead,
                "contact_ids": one.contacts,
                "origin": one.origin,
                "created_at": one.created_at,
                "state": one.state,
                "closed_at": one.closed_at,
                "is_guess": one.is_guess,
            }
            for one in rows
        ],
    )


def _one(row: asyncpg.Record) -> Unsorted:
    pipeline, lead = row["pipeline_id"], row["lead_id"]
    return Unsorted(
        id=UnsortedId(row["uid"]),
        category=row["category"],
        pipeline=None if pipeline is None else PipelineId(pipeline),
        lead=None if lead is None else LeadId(lead),
        contacts=tuple(ContactId(contact) for contact in row["contact_ids"]),
        origin=row["origin"],
        created_at=row["created_at"],
        state=UnsortedState(row["state"]),
        closed_at=row["closed_at"],
        is_guess=row["is_guess"],
    )
