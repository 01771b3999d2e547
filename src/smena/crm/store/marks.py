"""What is held, as short as it can be compared: number, moment of the last change, the bin.

A new kind of rows to be compared is one line in `SOURCES`.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

import asyncpg

from smena.crm.answers import Mark, Marked, Span
from smena.crm.model import EntityKind, EventId, Source
from smena.kernel.db import Tx

SOURCES = {
    Marked.LEAD: ("crm_lead", ""),
    Marked.CONTACT: ("crm_contact", ""),
    Marked.COMPANY: ("crm_company", ""),
    Marked.TASK: ("crm_task", ""),
    Marked.TALK: ("crm_talk", ""),
    Marked.LEAD_NOTE: ("crm_note", "lead"),
    Marked.CONTACT_NOTE: ("crm_note", "contact"),
    Marked.COMPANY_NOTE: ("crm_note", "company"),
}
"""Table, and for notes the kind of their cards."""

_OF_CARD = {kind: f" AND entity_kind = '{kind}'" if kind else "" for _, kind in SOURCES.values()}

# The CRM may hide the notes of what it threw away.
_NOT_BINNED = {
    kind: f" AND NOT EXISTS (SELECT FROM crm_{kind} card WHERE card.account_id = $1"
    " AND card.id = entity_id AND card.is_deleted)"
    if kind
    else ""
    for _, kind in SOURCES.values()
}

_BIN = {table: "is_deleted" for table, _ in SOURCES.values()} | {"crm_talk": "false"}

BETWEEN = {
    of: f"SELECT id, updated_at, {_BIN[table]} AS is_deleted, source FROM {table}"  # noqa: S608 -- constant names
    " WHERE account_id = $1 AND id > $2 AND ($3::bigint IS NULL OR id <= $3)"
    f" AND ($4::timestamptz IS NULL OR updated_at >= $4){_OF_CARD[kind]}{_NOT_BINNED[kind]}"
    for of, (table, kind) in SOURCES.items()
}

AMONG = {
    of: f"SELECT id, updated_at, {_BIN[table]} AS is_deleted, source FROM {table}"  # noqa: S608 -- constant names
    " WHERE account_id = $1 AND id = ANY($2)"
    for of, (table, _kind) in SOURCES.items()
}

# The oldest claim there can be: whatever is read next takes its place.
MISTRUST = {
    of: f"UPDATE {table} SET updated_at = $3, source = 'hook'{', is_deleted = false' if kind else ''}"  # noqa: E501, S608 -- constant names
    " WHERE account_id = $1 AND id = ANY($2)"
    for of, (table, kind) in SOURCES.items()
}

# Talks that messages name and that are not held, and a share of those in work: each costs the
# reader a request.
TALKS_TO_CHECK = """
WITH lacking AS (
    SELECT DISTINCT talk_id AS id FROM crm_message m
     WHERE m.account_id = $1 AND talk_id > $2 AND ($6::timestamptz IS NULL OR m.at >= $6)
       AND NOT EXISTS (SELECT FROM crm_talk t WHERE t.account_id = $1 AND t.id = m.talk_id)
), open AS (
    SELECT id, abs(hashint8(id)::bigint) AS mixed FROM crm_talk
     WHERE account_id = $1 AND is_in_work
), shares AS (
    SELECT greatest(1, ceil(count(*) / $5::numeric))::bigint AS n FROM open
)
SELECT id FROM (
    SELECT id FROM lacking
    UNION
    SELECT id FROM open, shares WHERE mixed % n = $3 % n AND id > $2
) found ORDER BY id LIMIT $4
"""

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

IN_WORK_AT_ONCE = 40
"""So many of the talks in work are looked at in one check; the others in the next ones."""

NEVER = datetime(1970, 1, 1, tzinfo=UTC)

LEADS_OF_TASKS = """
SELECT DISTINCT entity_id FROM crm_task
 WHERE account_id = :account AND id = ANY(:tasks) AND entity_kind = 'lead'
   AND entity_id IS NOT NULL
"""


async def between(tx: Tx, of: Marked, span: Span) -> dict[int, Mark]:
    raw = await tx.driver()
    return _marks(await raw.fetch(BETWEEN[of], tx.account, span.after, span.until, span.since))


async def among(tx: Tx, of: Marked, ids: Collection[int]) -> dict[int, Mark]:
    raw = await tx.driver()
    return _marks(await raw.fetch(AMONG[of], tx.account, list(ids)))


async def mistrust(tx: Tx, of: Marked, ids: Collection[int]) -> None:
    if ids:
        raw = await tx.driver()
        await raw.execute(MISTRUST[of], tx.account, list(ids), NEVER)


async def talks_to_check(tx: Tx, turn: int, span: Span, limit: int) -> list[int]:
    raw = await tx.driver()
    rows = await raw.fetch(
        TALKS_TO_CHECK, tx.account, span.after, turn, limit, IN_WORK_AT_ONCE, span.since
    )
    return [row["id"] for row in rows]


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
        row["id"]: Mark(row["id"], row["updated_at"], row["is_deleted"], Source(row["source"]))
        for row in rows
    }


async def leads_of_tasks(tx: Tx, tasks: Collection[int]) -> set[int]:
    rows = await tx.rows(LEADS_OF_TASKS, account=tx.account, tasks=list(tasks))
    return {row.entity_id for row in rows}
