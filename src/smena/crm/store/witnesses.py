"""What is known to be in the CRM: a list that does not show it cannot be believed."""

from smena.crm.answers import Witness
from smena.crm.model import EntityKind
from smena.kernel.db import Tx

# Of the newest, those that changed last: the list that has to show them is the shortest. A few, for
# one may have gone without our knowing.
# The CRM may hide the notes of cards that it threw away.
NOTE = """
SELECT id, entity_id, updated_at FROM (
    SELECT id, entity_id, updated_at FROM crm_note note
     WHERE account_id = :account AND entity_kind = :kind AND type = 'common' AND NOT is_deleted
       AND updated_at > 'epoch'
       AND NOT EXISTS (
           SELECT FROM crm_removal gone
            WHERE gone.account_id = note.account_id AND gone.kind = note.entity_kind
              AND gone.id = note.entity_id AND gone.is_deleted
       )
     ORDER BY id DESC LIMIT 100
) newest ORDER BY updated_at DESC, id DESC LIMIT 3
"""

TASK = """
SELECT id, entity_id, updated_at FROM (
    SELECT id, entity_id, updated_at FROM crm_task
     WHERE account_id = :account AND NOT is_deleted AND updated_at > 'epoch'
       AND (CAST(:kind AS text) IS NULL OR entity_kind = :kind)
     ORDER BY id DESC LIMIT 100
) newest ORDER BY updated_at DESC, id DESC LIMIT 3
"""


async def notes(tx: Tx, kind: EntityKind) -> list[Witness]:
    return await _few(tx, NOTE, kind)


async def tasks(tx: Tx, kind: EntityKind | None) -> list[Witness]:
    return await _few(tx, TASK, kind)


async def _few(tx: Tx, statement: str, kind: EntityKind | None) -> list[Witness]:
    rows = await tx.rows(statement, account=tx.account, kind=kind)
    return [Witness(row.id, row.entity_id, row.updated_at) for row in rows]
