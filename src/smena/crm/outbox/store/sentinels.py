"""What is known to be in the CRM: a list that does not show it cannot be believed."""

from smena.crm.model.entities import EntityKind
from smena.crm.outbox.model import Sentinel
from smena.kernel.db import Tx


async def sentinels(tx: Tx, statement: str, kind: EntityKind | None) -> list[Sentinel]:
    rows = await tx.rows(statement, account=tx.account, kind=kind)
    return [Sentinel(row.id, row.entity_id, row.updated_at) for row in rows]
