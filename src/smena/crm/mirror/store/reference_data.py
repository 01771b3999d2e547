"""The reference data of the CRM: what names a number."""

from collections.abc import Iterable, Sequence

import msgspec

from smena.crm.mirror.store import bulk
from smena.crm.mirror.store.details import rights_text
from smena.crm.model.reference_data import ReferenceEntry, ReferenceList
from smena.kernel.db import Tx

_COLUMNS = {
    "list": "text",
    "owner": "text",
    "id": "bigint",
    "name": "text",
    "sort": "bigint",
    "code": "text",
    "color": "text",
    "type": "text",
    "choices": "jsonb",
    "rights": "jsonb",
    "is_gone": "boolean",
}

KEEP = (
    bulk.upsert("crm_reference", ("list", "owner", "id"), _COLUMNS)
    + " WHERE crm_reference IS DISTINCT FROM excluded"
)

# Cards of the past name what is gone.
RETIRE = """
UPDATE crm_reference SET is_gone = true
 WHERE account_id = :account AND list = :list AND owner = :owner AND id <> ALL(:present)
   AND NOT is_gone
"""


async def keep(tx: Tx, entries: Sequence[ReferenceEntry]) -> None:
    """Store entries; those that are stored just so are left alone."""
    rows = [
        {
            "list": one.of,
            "owner": one.owner or "",
            "id": one.id,
            "name": one.name,
            "sort": one.sort,
            "code": one.code,
            "color": one.color,
            "type": one.type,
            "choices": one.choices,
            "rights": msgspec.Raw(rights_text(one.rights).encode()),
            "is_gone": one.is_gone,
        }
        for one in {(one.of, one.owner, one.id): one for one in entries}.values()
    ]
    await bulk.write(tx, KEEP, rows)


async def retire(tx: Tx, book: ReferenceList, present: Iterable[int]) -> None:
    """Mark those as gone that a whole list does not hold."""
    listed, owner = book
    await tx.run(RETIRE, account=tx.account, list=listed, owner=owner or "", present=list(present))
