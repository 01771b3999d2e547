"""What is held, as short as it can be compared: number, moment of the last change, the bin.

A new kind of rows to be compared is one line in `SOURCES`.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

import asyncpg

from smena.crm.mirror.model import ComparedKind, RowMark
from smena.crm.model.entities import Source
from smena.kernel.db import Tx

SOURCES = {
    ComparedKind.LEAD: ("crm_lead", ""),
    ComparedKind.CONTACT: ("crm_contact", ""),
    ComparedKind.COMPANY: ("crm_company", ""),
    ComparedKind.TASK: ("crm_task", ""),
    ComparedKind.TALK: ("crm_talk", ""),
    ComparedKind.LEAD_NOTE: ("crm_note", "lead"),
    ComparedKind.CONTACT_NOTE: ("crm_note", "contact"),
    ComparedKind.COMPANY_NOTE: ("crm_note", "company"),
}
"""Table, and for notes the kind of their cards."""


IN_BIN = {table: "is_deleted" for table, _ in SOURCES.values()} | {"crm_talk": "false"}


# The oldest claim there can be: whatever is read next takes its place.
MARK_UNVERIFIED = {
    of: f"UPDATE {table} SET updated_at = $3, source = 'hook'{', is_deleted = false' if kind else ''}"  # noqa: E501, S608 -- constant names
    " WHERE account_id = $1 AND id = ANY($2)"
    for of, (table, kind) in SOURCES.items()
}


NEVER = datetime(1970, 1, 1, tzinfo=UTC)


async def mark_unverified(tx: Tx, of: ComparedKind, ids: Collection[int]) -> None:
    if ids:
        raw = await tx.driver()
        await raw.execute(MARK_UNVERIFIED[of], tx.account, list(ids), NEVER)


def row_marks(rows: Sequence[asyncpg.Record]) -> dict[int, RowMark]:
    return {
        row["id"]: RowMark(row["id"], row["updated_at"], row["is_deleted"], Source(row["source"]))
        for row in rows
    }
