"""The short lists of the CRM: what names a number."""

from collections.abc import Iterable, Sequence

import msgspec

from smena.crm.directory import Book, Choice, Entry, Listed
from smena.crm.model import EntityKind
from smena.crm.store import bulk
from smena.crm.store.details import rights_of, rights_text
from smena.kernel.db import Row, Tx

_COLUMNS = {
    "list": "text", "owner": "text", "id": "bigint", "name": "text", "sort": "bigint",
    "code": "text", "color": "text", "type": "text", "choices": "jsonb", "rights": "jsonb",
    "is_gone": "boolean",
}  # fmt: skip

KEEP = (
    bulk.upsert("crm_entry", ("list", "owner", "id"), _COLUMNS)
    + " WHERE crm_entry IS DISTINCT FROM excluded"
)

# Cards of the past name what is gone.
RETIRE = """
UPDATE crm_entry SET is_gone = true
 WHERE account_id = :account AND list = :list AND owner = :owner AND id <> ALL(:present)
   AND NOT is_gone
"""

OF = """
SELECT list, owner, id, name, sort, code, color, type, CAST(choices AS text) AS choices,
       CAST(rights AS text) AS rights, is_gone
  FROM crm_entry WHERE account_id = :account AND list = :list ORDER BY owner, sort, id
"""

KNOWN = """
SELECT id FROM crm_entry WHERE account_id = $1 AND list = $2 AND owner = $3 AND id = ANY($4)
"""

_CHOICES = msgspec.json.Decoder(tuple[Choice, ...])


async def keep(tx: Tx, entries: Sequence[Entry]) -> None:
    """Store entries; those that are stored just so are left alone."""
    rows = [
        {
            "list": one.of, "owner": one.owner or "", "id": one.id, "name": one.name,
            "sort": one.sort, "code": one.code, "color": one.color, "type": one.type,
            "choices": one.choices, "rights": msgspec.Raw(rights_text(one.rights).encode()),
            "is_gone": one.is_gone,
        }
        for one in {(one.of, one.owner, one.id): one for one in entries}.values()
    ]  # fmt: skip
    await bulk.write(tx, KEEP, rows)


async def retire(tx: Tx, book: Book, present: Iterable[int]) -> None:
    """Mark those as gone that a whole list does not hold."""
    listed, owner = book
    await tx.run(
        RETIRE, account=tx.account, list=listed, owner=owner or "", present=list(present)
    )  # fmt: skip


async def of(tx: Tx, listed: Listed) -> list[Entry]:
    return [_entry(row) for row in await tx.rows(OF, account=tx.account, list=listed)]


async def known(tx: Tx, book: Book, ids: Iterable[int]) -> set[int]:
    """Return which of these numbers a list names."""
    raw = await tx.driver()
    listed, owner = book
    rows = await raw.fetch(KNOWN, tx.account, listed, owner or "", list(ids))
    return {row["id"] for row in rows}


def _entry(row: Row) -> Entry:
    return Entry(
        of=Listed(row.list),
        id=row.id,
        name=row.name,
        owner=EntityKind(row.owner) if row.owner else None,
        sort=row.sort,
        code=row.code,
        color=row.color,
        type=row.type,
        choices=_CHOICES.decode(row.choices),
        rights=rights_of(row.rights),
        is_gone=row.is_gone,
    )
