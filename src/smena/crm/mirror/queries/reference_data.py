"""What names the numbers of the CRM."""

from collections.abc import Iterable

import msgspec

from smena.crm.mirror.store.details import rights_of
from smena.crm.model.entities import (
    EntityKind,
)
from smena.crm.model.reference_data import FieldChoice, ReferenceEntry, ReferenceKind, ReferenceList
from smena.kernel.db import Row, Tx

OF = """
SELECT list, owner, id, name, sort, code, color, type, CAST(choices AS text) AS choices,
       CAST(rights AS text) AS rights, is_gone
  FROM crm_reference WHERE account_id = :account AND list = :list ORDER BY owner, sort, id
"""


KNOWN = """
SELECT id FROM crm_reference WHERE account_id = $1 AND list = $2 AND owner = $3 AND id = ANY($4)
"""


_CHOICES = msgspec.json.Decoder(tuple[FieldChoice, ...])


async def entries(tx: Tx, listed: ReferenceKind) -> list[ReferenceEntry]:
    """Return the lines of a list of reference data, also those that are gone."""
    return [_entry(row) for row in await tx.rows(OF, account=tx.account, list=listed)]


async def known_entries(tx: Tx, book: ReferenceList, ids: Iterable[int]) -> set[int]:
    """Return which of these numbers a list names."""
    raw = await tx.driver()
    listed, owner = book
    rows = await raw.fetch(KNOWN, tx.account, listed, owner or "", list(ids))
    return {row["id"] for row in rows}


def _entry(row: Row) -> ReferenceEntry:
    return ReferenceEntry(
        of=ReferenceKind(row.list),
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


async def field_types(tx: Tx) -> dict[EntityKind, dict[int, str]]:
    """Return the types of custom fields by kind of card."""
    found: dict[EntityKind, dict[int, str]] = {}
    for one in await entries(tx, ReferenceKind.FIELDS):
        if one.owner is not None:
            found.setdefault(one.owner, {})[one.id] = one.type
    return found
