"""What is known to be in the CRM: a list that does not show it cannot be believed."""

from smena.crm.model.entities import EntityKind
from smena.crm.outbox.model import Witness
from smena.kernel.db import Tx


async def _few(tx: Tx, statement: str, kind: EntityKind | None) -> list[Witness]:
    rows = await tx.rows(statement, account=tx.account, kind=kind)
    return [Witness(row.id, row.entity_id, row.updated_at) for row in rows]
