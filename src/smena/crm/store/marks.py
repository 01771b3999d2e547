"""What is held, as short as it can be compared: number, moment of the last change, the bin.

A new kind of rows to be compared is one line in `SOURCES`.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

import asyncpg

from smena.crm.answers import Mark, Marked
from smena.crm.model import EntityKind, EventId, Source
from smena.kernel.db import Tx

SOURCES = {
    Marked.LEAD: ("crm_lead", "id", "updated_at", "is_deleted", "source"),
    Marked.CONTACT: ("crm_contact", "id", "updated_at", "is_deleted", "source"),
    Marked.COMPANY: ("crm_company", "id", "updated_at", "is_deleted", "source"),
    Marked.TASK: ("crm_task", "id", "updated_at", "is_deleted", "source"),
    Marked.CALL: ("crm_call", "note_id", "NULL::timestamptz", "false", "'api'"),
}
"""Table, and the expressions of number, change, bin, source."""

BETWEEN = {
    of: f"SELECT {id_} AS id, {at} AS at, {bin_} AS is_deleted, {source} AS source FROM {table}"  # noqa: S608 -- constant names
    f" WHERE account_id = $1 AND {id_} > $2 AND ($3::bigint IS NULL OR {id_} <= $3)"
    for of, (table, id_, at, bin_, source) in SOURCES.items()
}

AMONG = {
    of: f"SELECT {id_} AS id, {at} AS at, {bin_} AS is_deleted, {source} AS source FROM {table}"  # noqa: S608 -- constant names
    f" WHERE account_id = $1 AND {id_} = ANY($2)"
    for of, (table, id_, at, bin_, source) in SOURCES.items()
}

# The oldest claim there can be: whatever is read next takes its place.
MISTRUST = {
    of: f"UPDATE {table} SET updated_at = $3, source = 'hook'"  # noqa: S608 -- constant names
    f" WHERE account_id = $1 AND {id_} = ANY($2)"
    for of, (table, id_, at, _bin, _source) in SOURCES.items()
    if at == "updated_at"
}

KNOWN_EVENTS = """
SELECT id FROM crm_event
 WHERE account_id = $1 AND at BETWEEN $2 AND $3 AND id = ANY($4)
"""

CALLS_ON = """
SELECT note_id FROM crm_call WHERE account_id = $1 AND entity_kind = $2 AND entity_id = ANY($3)
"""

LINKED_LEADS = {
    EntityKind.CONTACT: """
SELECT id FROM crm_lead WHERE account_id = $1 AND NOT is_deleted AND contact_ids && $2::bigint[]
""",
    EntityKind.COMPANY: """
SELECT id FROM crm_lead WHERE account_id = $1 AND NOT is_deleted AND company_id = ANY($2::bigint[])
""",
}

LINKED_CONTACTS = """
SELECT id FROM crm_contact
 WHERE account_id = $1 AND NOT is_deleted AND company_id = ANY($2::bigint[])
"""

NEVER = datetime(1970, 1, 1, tzinfo=UTC)

LEADS_OF_TASKS = """
SELECT DISTINCT entity_id FROM crm_task
 WHERE account_id = :account AND id = ANY(:tasks) AND entity_kind = 'lead'
   AND entity_id IS NOT NULL
"""


async def between(tx: Tx, of: Marked, after: int, until: int | None) -> dict[int, Mark]:
    raw = await tx.driver()
    return _marks(await raw.fetch(BETWEEN[of], tx.account, after, until))


async def among(tx: Tx, of: Marked, ids: Collection[int]) -> dict[int, Mark]:
    raw = await tx.driver()
    return _marks(await raw.fetch(AMONG[of], tx.account, list(ids)))


async def mistrust(tx: Tx, of: Marked, ids: Collection[int]) -> None:
    if ids and of in MISTRUST:
        raw = await tx.driver()
        await raw.execute(MISTRUST[of], tx.account, list(ids), NEVER)


async def known_events(
    tx: Tx, ids: Sequence[EventId], first: datetime, last: datetime
) -> set[EventId]:
    raw = await tx.driver()
    rows = await raw.fetch(KNOWN_EVENTS, tx.account, first, last, list(ids))
    return {EventId(row["id"]) for row in rows}


async def calls_on(tx: Tx, kind: EntityKind, ids: Collection[int]) -> set[int]:
    raw = await tx.driver()
    return {row["note_id"] for row in await raw.fetch(CALLS_ON, tx.account, kind, list(ids))}


async def linked_leads(tx: Tx, kind: EntityKind, ids: Collection[int]) -> set[int]:
    raw = await tx.driver()
    if kind not in LINKED_LEADS:
        return set()
    return {row["id"] for row in await raw.fetch(LINKED_LEADS[kind], tx.account, list(ids))}


async def linked_contacts(tx: Tx, companies: Collection[int]) -> set[int]:
    raw = await tx.driver()
    rows = await raw.fetch(LINKED_CONTACTS, tx.account, list(companies))
    return {row["id"] for row in rows}


def _marks(rows: Sequence[asyncpg.Record]) -> dict[int, Mark]:
    return {
        row["id"]: Mark(row["id"], row["at"], row["is_deleted"], Source(row["source"]))
        for row in rows
    }


async def leads_of_tasks(tx: Tx, tasks: Collection[int]) -> set[int]:
    rows = await tx.rows(LEADS_OF_TASKS, account=tx.account, tasks=list(tasks))
    return {row.entity_id for row in rows}
