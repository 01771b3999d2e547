"""The recycle bin of all kinds, also of entities that the mirror has not seen yet."""

from collections.abc import Iterable, Mapping

from smena.crm.mirror.core.merge import Binned
from smena.crm.model.entities import EntityKind
from smena.kernel.db import Tx

_TABLE_OF = {
    EntityKind.LEAD: "crm_lead",
    EntityKind.CONTACT: "crm_contact",
    EntityKind.COMPANY: "crm_company",
    EntityKind.TASK: "crm_task",
}

BIN = {
    kind: f"UPDATE {table} SET is_deleted = $3"  # noqa: S608 -- constant names
    " WHERE account_id = $1 AND id = $2 AND updated_at <= $4"
    for kind, table in _TABLE_OF.items()
}

BINNED = """
SELECT kind, id, at, is_deleted FROM crm_removal
 WHERE account_id = $1 AND kind = ANY($2) AND id = ANY($3)
"""

KEEP_BINNED = """
INSERT INTO crm_removal (account_id, kind, id, at, is_deleted) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (account_id, kind, id) DO UPDATE
   SET at = excluded.at, is_deleted = excluded.is_deleted
"""


async def binned(
    tx: Tx, keys: Iterable[tuple[EntityKind, int]]
) -> dict[tuple[EntityKind, int], Binned]:
    """Return what is known of the bin for these entities (and perhaps a few more)."""
    wanted = list(keys)
    if not wanted:
        return {}
    raw = await tx.driver()
    kinds = sorted({kind for kind, _ in wanted})
    rows = await raw.fetch(BINNED, tx.account, kinds, [number for _, number in wanted])
    return {
        (EntityKind(row["kind"]), row["id"]): Binned(row["at"], row["is_deleted"]) for row in rows
    }


async def keep_binned(tx: Tx, news: Mapping[tuple[EntityKind, int], Binned]) -> None:
    """Remember the news of the bin and mark the entities that are stored."""
    raw = await tx.driver()
    for (kind, number), bin_ in news.items():
        await raw.execute(KEEP_BINNED, tx.account, kind, number, bin_.at, bin_.is_deleted)
        if kind in BIN:
            await raw.execute(BIN[kind], tx.account, number, bin_.is_deleted, bin_.at)
