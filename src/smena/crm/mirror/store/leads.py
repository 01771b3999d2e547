"""Leads: read before, written after."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import asyncpg

from smena.crm.mirror.core.merge import Held
from smena.crm.mirror.store import bulk
from smena.crm.mirror.store.details import CARD_COLUMNS, CARD_TYPES, card_values, fields_of, tags_of
from smena.crm.model.details import LeadSourceId, LossReasonId
from smena.crm.model.entities import (
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
    " updated_at, closed_at, is_deleted, contact_ids, company_id, loss_reason_id, lead_source_id,"
    f" labour_seconds, next_task_at, {CARD_COLUMNS}"
)

FIND = f"SELECT {COLUMNS}, source FROM crm_lead WHERE account_id = $1 AND id = ANY($2)"  # noqa: S608 -- a constant list of columns

KEEP = bulk.upsert(
    "crm_lead",
    ("id",),
    {
        "id": "bigint",
        "name": "text",
        "price": "bigint",
        "responsible_id": "bigint",
        "pipeline_id": "bigint",
        "status_id": "bigint",
        "created_by": "bigint",
        "updated_by": "bigint",
        "created_at": "timestamptz",
        "updated_at": "timestamptz",
        "closed_at": "timestamptz",
        "is_deleted": "boolean",
        "contact_ids": "bigint[]",
        "company_id": "bigint",
        "loss_reason_id": "bigint",
        "lead_source_id": "bigint",
        "labour_seconds": "bigint",
        "next_task_at": "timestamptz",
        "source": "text",
        **CARD_TYPES,
    },
)


async def find(tx: Tx, ids: Iterable[LeadId]) -> dict[int, Held[Lead]]:
    """Return the stored leads among `ids`."""
    raw = await tx.driver()
    rows = await raw.fetch(FIND, tx.account, list(ids))
    return {row["id"]: Held(_lead(row), Source(row["source"])) for row in rows}


async def keep(tx: Tx, leads: Sequence[Lead], source: Source) -> None:
    await bulk.write(tx, KEEP, [_values(lead, source) for lead in leads])


def _values(lead: Lead, source: Source) -> Mapping[str, Any]:
    return {
        "id": lead.id,
        "name": lead.name,
        "price": lead.price,
        "responsible_id": lead.responsible,
        "pipeline_id": lead.pipeline,
        "status_id": lead.status,
        "created_by": lead.created_by,
        "updated_by": lead.updated_by,
        "created_at": lead.created_at,
        "updated_at": lead.updated_at,
        "closed_at": lead.closed_at,
        "is_deleted": lead.is_deleted,
        "contact_ids": lead.contacts or (),
        "company_id": lead.company,
        "loss_reason_id": lead.loss_reason,
        "lead_source_id": lead.came_from,
        "labour_seconds": lead.labour_seconds,
        "next_task_at": lead.next_task_at,
        "source": source,
        **card_values(lead.fields, lead.tags),
    }


def _lead(row: asyncpg.Record) -> Lead:
    reason, source = row["loss_reason_id"], row["lead_source_id"]
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
        tags=tags_of(row),
        fields=fields_of(row),
        loss_reason=None if reason is None else LossReasonId(reason),
        came_from=None if source is None else LeadSourceId(source),
        labour_seconds=row["labour_seconds"],
        next_task_at=row["next_task_at"],
    )
