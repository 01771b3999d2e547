"""Contacts, companies and tasks."""

from collections.abc import Iterable, Mapping, Sequence

import asyncpg

from smena.crm.mirror.core.merge import Held
from smena.crm.mirror.store import bulk
from smena.crm.mirror.store.details import CARD_COLUMNS, CARD_TYPES, card_values, fields_of, tags_of
from smena.crm.model.entities import (
    Company,
    CompanyId,
    Contact,
    ContactId,
    EntityKind,
    Source,
    Task,
    TaskId,
    UserId,
)
from smena.kernel.db import Tx

FIND_CONTACTS = f"""
SELECT id, name, responsible_id, created_at, updated_at, is_deleted, phones, emails, company_id,
       source, {CARD_COLUMNS}
  FROM crm_contact WHERE account_id = $1 AND id = ANY($2)
"""  # noqa: S608 -- a constant list of columns

FIND_COMPANIES = f"""
SELECT id, name, responsible_id, created_at, updated_at, is_deleted, source, {CARD_COLUMNS}
  FROM crm_company WHERE account_id = $1 AND id = ANY($2)
"""  # noqa: S608 -- a constant list of columns

FIND_TASKS = """
SELECT id, text, type_id, responsible_id, entity_kind, entity_id, due_at, duration_seconds,
       is_completed, result, created_by, created_at, updated_at, is_deleted, source
  FROM crm_task WHERE account_id = $1 AND id = ANY($2)
"""

_COMMON = {
    "id": "bigint",
    "responsible_id": "bigint",
    "created_at": "timestamptz",
    "updated_at": "timestamptz",
    "is_deleted": "boolean",
    "source": "text",
}

KEEP_CONTACTS = bulk.upsert(
    "crm_contact",
    ("id",),
    {
        **_COMMON,
        **CARD_TYPES,
        "name": "text",
        "phones": "text[]",
        "emails": "text[]",
        "company_id": "bigint",
    },
)

KEEP_COMPANIES = bulk.upsert("crm_company", ("id",), {**_COMMON, **CARD_TYPES, "name": "text"})

KEEP_TASKS = bulk.upsert(
    "crm_task",
    ("id",),
    {
        **_COMMON,
        "text": "text",
        "type_id": "bigint",
        "entity_kind": "text",
        "entity_id": "bigint",
        "due_at": "timestamptz",
        "duration_seconds": "int",
        "is_completed": "boolean",
        "result": "text",
        "created_by": "bigint",
    },
)


async def find_contacts(tx: Tx, ids: Iterable[int]) -> dict[int, Held[Contact]]:
    raw = await tx.driver()
    rows = await raw.fetch(FIND_CONTACTS, tx.account, list(ids))
    return {row["id"]: Held(_contact(row), Source(row["source"])) for row in rows}


async def find_companies(tx: Tx, ids: Iterable[int]) -> dict[int, Held[Company]]:
    raw = await tx.driver()
    rows = await raw.fetch(FIND_COMPANIES, tx.account, list(ids))
    return {row["id"]: Held(_company(row), Source(row["source"])) for row in rows}


async def find_tasks(tx: Tx, ids: Iterable[int]) -> dict[int, Held[Task]]:
    raw = await tx.driver()
    rows = await raw.fetch(FIND_TASKS, tx.account, list(ids))
    return {row["id"]: Held(_task(row), Source(row["source"])) for row in rows}


async def keep_contacts(tx: Tx, contacts: Sequence[Contact], source: Source) -> None:
    rows = [
        {
            **_common(one, source),
            **card_values(one.fields, one.tags),
            "name": one.name,
            "phones": one.phones,
            "emails": one.emails,
            "company_id": one.company,
        }
        for one in contacts
    ]
    await bulk.write(tx, KEEP_CONTACTS, rows)


async def keep_companies(tx: Tx, companies: Sequence[Company], source: Source) -> None:
    rows = [
        {**_common(one, source), **card_values(one.fields, one.tags), "name": one.name}
        for one in companies
    ]
    await bulk.write(tx, KEEP_COMPANIES, rows)


async def keep_tasks(tx: Tx, tasks: Sequence[Task], source: Source) -> None:
    rows = [
        {
            **_common(one, source),
            "text": one.text,
            "type_id": one.type_id,
            "entity_kind": one.entity_kind,
            "entity_id": one.entity_id,
            "due_at": one.due_at,
            "duration_seconds": one.duration_seconds,
            "is_completed": one.is_completed,
            "result": one.result,
            "created_by": one.created_by,
        }
        for one in tasks
    ]
    await bulk.write(tx, KEEP_TASKS, rows)


def _common(card: Contact | Company | Task, source: Source) -> Mapping[str, object]:
    return {
        "id": card.id,
        "responsible_id": card.responsible,
        "created_at": card.created_at,
        "updated_at": card.updated_at,
        "is_deleted": card.is_deleted,
        "source": source,
    }


def _contact(row: asyncpg.Record) -> Contact:
    return Contact(
        id=ContactId(row["id"]),
        name=row["name"],
        responsible=_user(row),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        is_deleted=row["is_deleted"],
        phones=tuple(row["phones"]),
        emails=tuple(row["emails"]),
        company=None if row["company_id"] is None else CompanyId(row["company_id"]),
        tags=tags_of(row),
        fields=fields_of(row),
    )


def _company(row: asyncpg.Record) -> Company:
    return Company(
        id=CompanyId(row["id"]),
        name=row["name"],
        responsible=_user(row),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        is_deleted=row["is_deleted"],
        tags=tags_of(row),
        fields=fields_of(row),
    )


def _task(row: asyncpg.Record) -> Task:
    return Task(
        id=TaskId(row["id"]),
        text=row["text"],
        type_id=row["type_id"],
        responsible=_user(row),
        entity_kind=None if row["entity_kind"] is None else EntityKind(row["entity_kind"]),
        entity_id=row["entity_id"],
        due_at=row["due_at"],
        duration_seconds=row["duration_seconds"],
        is_completed=row["is_completed"],
        result=row["result"],
        created_by=UserId(row["created_by"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        is_deleted=row["is_deleted"],
    )


def _user(row: asyncpg.Record) -> UserId | None:
    return None if row["responsible_id"] is None else UserId(row["responsible_id"])
