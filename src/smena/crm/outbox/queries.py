"""Questions about what we write into the CRM; read only."""

from datetime import datetime

from smena.crm.model.entities import (
    EntityKind,
)
from smena.crm.outbox.core import merge as commanding
from smena.crm.outbox.model import (
    Command,
    CommandCount,
    CommandFilter,
    CommandState,
    Item,
    OutboxSettings,
    Priority,
    PriorityCount,
    Sentinel,
)
from smena.crm.outbox.store import commands
from smena.crm.outbox.store.command_list import MATCHES, terms
from smena.crm.outbox.store.commands import ACCOUNTS_DUE, COLUMNS, command_of
from smena.crm.outbox.store.sentinels import sentinels
from smena.crm.outbox.store.settings import READ
from smena.kernel.db import Tx
from smena.kernel.ids import AccountId

COUNTS = """
SELECT state, count(*) AS commands, min(asked_at) AS oldest FROM crm_command
 WHERE account_id = :account GROUP BY state
"""


PRIORITIES = """
SELECT priority, count(*) AS commands, min(asked_at) AS oldest FROM crm_command
 WHERE account_id = :account AND state IN ('planned', 'sending') GROUP BY priority ORDER BY priority
"""


FINISHED_SINCE = """
SELECT state, count(*) AS commands FROM crm_command
 WHERE account_id = :account AND finished_at >= :since GROUP BY state
"""


FIND = f"""
SELECT {COLUMNS} FROM crm_command WHERE {MATCHES} ORDER BY id DESC LIMIT :limit
"""  # noqa: S608 -- constant columns and conditions


CREATED = """
SELECT created_id FROM crm_command
 WHERE account_id = :account AND created_id IS NOT NULL AND finished_at >= :since
"""


async def command_counts(tx: Tx) -> dict[CommandState, CommandCount]:
    return {
        CommandState(row.state): CommandCount(row.commands, row.oldest)
        for row in await tx.rows(COUNTS, account=tx.account)
    }


async def command_priorities(tx: Tx) -> list[PriorityCount]:
    """Count what is on its way by priority."""
    return [
        PriorityCount(Priority(row.priority), row.commands, row.oldest)
        for row in await tx.rows(PRIORITIES, account=tx.account)
    ]


async def commands_finished_since(tx: Tx, since: datetime) -> dict[CommandState, int]:
    rows = await tx.rows(FINISHED_SINCE, account=tx.account, since=since)
    return {CommandState(row.state): row.commands for row in rows}


async def find_commands(tx: Tx, wanted: CommandFilter) -> list[Command]:
    """Return commands, newest first, at most `wanted.limit`."""
    return [command_of(row) for row in await tx.rows(FIND, limit=wanted.limit, **terms(tx, wanted))]


async def created_by_commands(tx: Tx, since: datetime) -> set[int]:
    """Return what our creations have made: it answers no other command."""
    rows = await tx.rows(CREATED, account=tx.account, since=since)
    return {row.created_id for row in rows}


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


async def known_notes(tx: Tx, kind: EntityKind) -> list[Sentinel]:
    """Return plain notes of which a truthful list of the CRM shows at least one."""
    return await sentinels(tx, NOTE, kind)


async def known_tasks(tx: Tx, kind: EntityKind | None) -> list[Sentinel]:
    """Return tasks, of cards of a kind or any, of which a truthful list shows at least one."""
    return await sentinels(tx, TASK, kind)


async def outbox_settings(tx: Tx) -> OutboxSettings:
    row = await tx.row(READ, account=tx.account)
    return OutboxSettings() if row is None else OutboxSettings(row.is_dry, row.dry_since, row.batch)


async def accounts_with_due_commands(tx: Tx, now: datetime) -> list[AccountId]:
    """Return who has something to send now (system transaction)."""
    return [AccountId(row.account_id) for row in await tx.rows(ACCOUNTS_DUE, now=now)]


async def sending(tx: Tx) -> list[Item]:
    """Return items whose outcome is unknown: after a crash they are verified first."""
    return commanding.items(await commands.sending(tx))


async def has_due_commands(tx: Tx, now: datetime) -> bool:
    """Tell whether `claim` would find something."""
    return not (await outbox_settings(tx)).is_dry and await commands.is_due(tx, now)


async def commands_with_errors(tx: Tx, limit: int = 20) -> list[Command]:
    return await find_commands(tx, CommandFilter(has_error=True, limit=limit))
