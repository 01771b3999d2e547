"""Contacts, companies and tasks."""

from collections.abc import Iterable, Sequence

import asyncpg

from smena.crm.core.merge import Held
from smena.crm.model import (
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

FIND_CONTACTS = """
SELECT id, name, responsible_id, created_at, updated_at, is_deleted, phones, emails, company_id,
       source
  FROM crm_contact WHERE account_id = $1 AND id = ANY($2)
"""

FIND_COMPANIES = """
SELECT id, name, responsible_id, created_at, updated_at, is_deleted, source
  FROM crm_company WHERE account_id = $1 AND id = ANY($2)
"""

FIND_TASKS = """
SELECT id, text, type_id, responsible_id, entity_kind, entity_id, due_at, duration_seconds,
       is_completed, result, created_by, created_at, updated_at, is_deleted, source
  FROM crm_task WHERE account_id = $1 AND id = ANY($2)
"""

KEEP_CONTACT = """
INSERT INTO crm_contact (account_id, id, name, responsible_id, created_at, updated_at, is_deleted,
                         phones, emails, company_id, source)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (account_id, id) DO UPDATE
   SET name = excluded.name, responsible_id = excluded.responsible_id,
       created_at = excluded.created_at, updated_at = excluded.updated_at,
       is_deleted = excluded.is_deleted, phones = excluded.phones, emails = excluded.emails,
       company_id = excluded.company_id, source = excluded.source
"""

KEEP_COMPANY = """
INSERT INTO crm_company (account_id, id, name, responsible_id, created_at, updated_at, is_deleted,
                         source)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (account_id, id) DO UPDATE
   SET name = excluded.name, responsible_id = excluded.responsible_id,
       created_at = excluded.created_at, updated_at = excluded.updated_at,
       is_deleted = excluded.is_deleted, source = excluded.source
"""

KEEP_TASK = """
INSERT INTO crm_task (account_id, id, text, type_id, responsible_id, entity_kind, entity_id,
                      due_at, duration_seconds, is_completed, result, created_by, created_at,
                      updated_at, is_deleted, source)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
ON CONFLICT (account_id, id) DO UPDATE
   SET text = excluded.text, type_id = excluded.type_id,
       responsible_id = excluded.responsible_id, entity_kind = excluded.entity_kind,
       entity_id = excluded.entity_id, due_at = excluded.due_at,
       duration_seconds = excluded.duration_seconds, is_completed = excluded.is_completed,
       result = excluded.result, created_by = excluded.created_by,
       created_at = excluded.created_at, updated_at = excluded.updated_at,
       is_deleted = excluded.is_deleted, source = excluded.source
"""


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
    if contacts:
        raw = await tx.driver()
        await raw.executemany(
            KEEP_CONTACT,
            [
                (
                    tx.account, c.id, c.name, c.responsible, c.created_at, c.updated_at,
                    c.is_deleted, list(c.phones), list(c.emails), c.company, source,
                )
                for c in contacts
            ],
        )  # fmt: skip


async def keep_companies(tx: Tx, companies: Sequence[Company], source: Source) -> None:
    if companies:
        raw = await tx.driver()
        await raw.executemany(
            KEEP_COMPANY,
            [
                (
                    tx.account, c.id, c.name, c.responsible, c.created_at, c.updated_at,
                    c.is_deleted, source,
                )
                for c in companies
            ],
        )  # fmt: skip


async def keep_tasks(tx: Tx, tasks: Sequence[Task], source: Source) -> None:
    if tasks:
        raw = await tx.driver()
        await raw.executemany(
            KEEP_TASK,
            [
                (
                    tx.account, t.id, t.text, t.type_id, t.responsible, t.entity_kind,
                    t.entity_id, t.due_at, t.duration_seconds, t.is_completed, t.result,
                    t.created_by, t.created_at, t.updated_at, t.is_deleted, source,
                )
                for t in tasks
            ],
        )  # fmt: skip


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
    )


def _company(row: asyncpg.Record) -> Company:
    return Company(
        id=CompanyId(row["id"]),
        name=row["name"],
        responsible=_user(row),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        is_deleted=row["is_deleted"],
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
