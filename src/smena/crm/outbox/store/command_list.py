"""The outbox as people look at it: counts, pages, the latest troubles."""

from collections.abc import Sequence
from datetime import datetime

from smena.crm.model.entities import CommandId
from smena.crm.outbox.model import Command, CommandFilter
from smena.crm.outbox.store.commands import COLUMNS, command_of
from smena.kernel.db import Tx

MATCHES = """
account_id = :account
   AND (cardinality(CAST(:states AS text[])) = 0 OR state = ANY(:states))
   AND (cardinality(CAST(:kinds AS int[])) = 0 OR kind = ANY(:kinds))
   AND (CAST(:entity AS bigint) IS NULL OR entity_id = :entity)
   AND (NOT :has_error OR error <> '')
   AND (CAST(:before AS bigint) IS NULL OR id < :before)
"""


PLANNED = f"""
SELECT id FROM crm_command
 WHERE {MATCHES} AND state = 'planned'
   AND (CAST(:older AS timestamptz) IS NULL OR asked_at < :older)
 ORDER BY id
"""  # noqa: S608 -- constant conditions

BY_ID = f"""
SELECT {COLUMNS} FROM crm_command WHERE account_id = :account AND id = ANY(:ids) ORDER BY id
"""  # noqa: S608 -- a constant list of columns


async def planned(tx: Tx, wanted: CommandFilter, older: datetime | None = None) -> list[CommandId]:
    """Return which of the wanted commands have not left yet, all pages of them."""
    rows = await tx.rows(PLANNED, older=older, **terms(tx, wanted))
    return [CommandId(row.id) for row in rows]


async def by_id(tx: Tx, ids: Sequence[CommandId]) -> list[Command]:
    return [command_of(row) for row in await tx.rows(BY_ID, account=tx.account, ids=list(ids))]


def terms(tx: Tx, wanted: CommandFilter) -> dict[str, object]:
    return {
        "account": tx.account,
        "states": [str(state) for state in wanted.states],
        "kinds": [int(kind) for kind in wanted.kinds],
        "entity": wanted.entity,
        "has_error": wanted.has_error,
        "before": wanted.before,
    }
