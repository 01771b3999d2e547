"""Leads: read before, written after."""

from collections.abc import Iterable, Sequence
from typing import Any

import asyncpg

from smena.crm.core.merge import Held
from smena.crm.model import (
    CompanyId,
    ContactId,
    Lead,
    LeadId,
    PipelineId,
    Source,
    StatusId,
    UserId,
)
from smena.kernel.db import Tx

COLUMNS = (
    "id, name, price, responsible_id, pipeline_id, status_id, created_by, updated_by, created_at,"
    " updated_at, closed_at, is_deleted, contact_ids, company_id"
)

FIND = f"SELECT {COLUMNS}, source FROM crm_lead WHERE account_id = $1 AND id = ANY($2)"  # noqa: S608 -- a constant list of columns

KEEP = """
INSERT INTO crm_lead (account_id, id, name, price, responsible_id, pipeline_id, status_id,
                      created_by, updated_by, created_at, updated_at, closed_at, is_deleted,
                      contact_ids, company_id, source)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
ON CONFLICT (account_id, id) DO UPDATE
   SET name = excluded.name, price = excluded.price, responsible_id = excluded.responsible_id,
       pipeline_id = excluded.pipeline_id, status_id = excluded.status_id,
       created_by = excluded.created_by, updated_by = excluded.updated_by,
       created_at = excluded.created_at, updated_at = excluded.updated_at,
       closed_at = excluded.closed_at, is_deleted = excluded.is_deleted,
       contact_ids = excluded.contact_ids, company_id = excluded.company_id,
       source = excluded.source
"""


async def find(tx: Tx, ids: Iterable[LeadId]) -> dict[int, Held[Lead]]:
    """Return the stored leads among `ids`."""
    raw = await tx.driver()
    rows = await raw.fetch(FIND, tx.account, list(ids))
    return {row["id"]: Held(_lead(row), Source(row["source"])) for row in rows}


async def keep(tx: Tx, leads: Sequence[Lead], source: Source) -> None:
    if leads:
        raw = await tx.driver()
        await raw.executemany(KEEP, [_values(tx, lead, source) for lead in leads])


def _values(tx: Tx, lead: Lead, source: Source) -> tuple[Any, ...]:
    return (
        tx.account, lead.id, lead.name, lead.price, lead.responsible, lead.pipeline, lead.status,
        lead.created_by, lead.updated_by, lead.created_at, lead.updated_at, lead.closed_at,
        lead.is_deleted, list(lead.contacts or ()), lead.company, source,
    )  # fmt: skip


def _lead(row: asyncpg.Record) -> Lead:
    return Lead(
        id=LeadId(row["id"]),
        name=row["name"],
        price=row["price"],
        responsible=None if row["responsible_id"] is None else UserId(row["responsible_id"]),
        pipeline=PipelineId(row["pipeline_id"]),
        status=StatusId(row["status_id"]),
        created_by=UserId(row["created_by"]),
        updated_by=UserId(row["updated_by"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        closed_at=row["closed_at"],
        is_deleted=row["is_deleted"],
        contacts=tuple(ContactId(contact) for contact in row["contact_ids"]),
        company=None if row["company_id"] is None else CompanyId(row["company_id"]),
    )
