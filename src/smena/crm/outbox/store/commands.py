"""The outbox: commands on their way to the CRM, and what became of them."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

import msgspec

from smena.crm.model.entities import CommandId, UserId
from smena.crm.outbox.model import (
    CREATIONS,
    Change,
    Command,
    CommandState,
    NewCommand,
    Priority,
    entity_of,
)
from smena.kernel.db import Row, Tx

COLUMNS = (
    "id, kind, change, before_id, priority, cause, state, attempts, asked_at, not_before, sent_at,"
    " finished_at, created_id, error"
)

# The planner may not see how long the arrays are, else it plans anew for each lead: three times the
# work of the rest. The last question is about earlier commands: it does not see the new rows.
ADD = """
WITH planned AS (
    INSERT INTO crm_command (account_id, kind, entity_id, change, priority, cause, before_id, state,
                          asked_at, not_before)
    SELECT $1, a.kind, a.entity_id, a.change, a.priority, a.cause,
           CASE a.kind
           WHEN 0 THEN (SELECT responsible_id FROM crm_lead
                         WHERE account_id = $1 AND id = a.entity_id)
           WHEN 1 THEN (SELECT responsible_id FROM crm_task
                         WHERE account_id = $1 AND id = a.entity_id)
           WHEN 2 THEN (SELECT responsible_id FROM crm_contact
                         WHERE account_id = $1 AND id = a.entity_id)
           WHEN 3 THEN (SELECT responsible_id FROM crm_company
                         WHERE account_id = $1 AND id = a.entity_id)
           END, 'planned', $7, $7
      FROM unnest((SELECT $2::int[]), (SELECT $3::bigint[]), (SELECT $4::text[]),
                  (SELECT $5::int[]), (SELECT $6::text[]))
           WITH ORDINALITY AS a (kind, entity_id, change, priority, cause, place)
     ORDER BY a.place
    RETURNING id
)
SELECT id, EXISTS (
           SELECT FROM crm_command
            WHERE account_id = $1 AND state = 'planned' AND entity_id = ANY($3)
              AND kind = ANY($2) AND kind <> ALL($8::int[])
       ) AS is_later
  FROM planned
"""

# Locked, so that nobody claims what is about to be superseded; in the order in which claims lock.
PLANNED_OF = f"""
SELECT {COLUMNS} FROM crm_command
 WHERE account_id = :account AND state = 'planned' AND entity_id = ANY(:entities)
   AND kind = ANY(:kinds)
 ORDER BY id FOR UPDATE
"""  # noqa: S608 -- a constant list of columns

_IS_DUE = """
w.account_id = :account AND w.state = 'planned' AND w.not_before <= :now
   AND (w.kind = ANY(:creations) OR NOT EXISTS (
        SELECT FROM crm_command s WHERE s.account_id = w.account_id AND s.entity_id = w.entity_id
           AND s.kind = w.kind AND s.state = 'sending'))
"""

# An entity with a command under way waits: two writes of one entity must not race.
NEXT_KIND = f"""
SELECT kind FROM crm_command w WHERE {_IS_DUE} ORDER BY priority, kind, id LIMIT 1
"""  # noqa: S608 -- a constant condition

# With an entity go all its planned commands, up to one that was told to go alone.
CLAIM = f"""
WITH next AS (
    SELECT id, entity_id FROM crm_command w WHERE {_IS_DUE} AND w.kind = :kind
     ORDER BY priority, id LIMIT :limit
), taken AS (
    SELECT id FROM crm_command w
     WHERE w.account_id = :account AND w.kind = :kind AND w.state = 'planned'
       AND CASE WHEN :kind = ANY(:creations) THEN w.id IN (SELECT id FROM next)
                ELSE w.entity_id IN (SELECT entity_id FROM next) AND NOT EXISTS (
                     SELECT FROM crm_command o WHERE o.account_id = w.account_id AND o.kind = w.kind
                        AND o.entity_id = w.entity_id AND o.state = 'planned' AND o.id < w.id
                        AND (o.is_alone OR w.is_alone)) END
     ORDER BY id FOR UPDATE
)
UPDATE crm_command w SET state = 'sending', attempts = w.attempts + 1, sent_at = :now
 WHERE w.account_id = :account AND w.id IN (SELECT id FROM taken)
RETURNING {COLUMNS}
"""  # noqa: S608 -- a constant list of columns

SENDING = f"""
SELECT {COLUMNS} FROM crm_command WHERE account_id = :account AND state = 'sending'
 ORDER BY priority, kind, id
"""  # noqa: S608 -- a constant list of columns

FINISH = f"""
UPDATE crm_command w SET state = :state, finished_at = :now, error = d.why, created_id = d.created
  FROM unnest(CAST(:ids AS bigint[]), CAST(:errors AS text[]), CAST(:created AS bigint[]))
       AS d (command, why, created)
 WHERE w.account_id = :account AND w.id = d.command AND w.state = ANY(:open)
RETURNING {COLUMNS}
"""  # noqa: S608 -- a constant list of columns

RESCHEDULE = f"""
UPDATE crm_command SET state = 'planned', not_before = :not_before, error = :error,
       is_alone = is_alone OR :alone
 WHERE account_id = :account AND id = ANY(:ids) AND state = 'sending'
RETURNING {COLUMNS}
"""  # noqa: S608 -- a constant list of columns

HURRY = """
UPDATE crm_command SET not_before = :now
 WHERE account_id = :account AND id = ANY(:ids) AND state = 'planned' AND not_before > :now
RETURNING id
"""

ACCOUNTS_DUE = """
SELECT DISTINCT w.account_id FROM crm_command w
  LEFT JOIN crm_outbox o ON o.account_id = w.account_id
 WHERE w.state IN ('planned', 'sending')
   AND (w.state = 'sending' OR (w.not_before <= :now AND o.is_dry IS NOT TRUE))
"""

TRIM = "DELETE FROM crm_command WHERE finished_at < :before"

_decoder: msgspec.json.Decoder[Change] = msgspec.json.Decoder(Change)
_creations = [int(kind) for kind in CREATIONS]


async def add(tx: Tx, asked: Sequence[NewCommand], now: datetime) -> tuple[list[CommandId], bool]:
    """Plan commands, numbered in the order of asking; tell whether earlier ones are in their way.

    The caller holds the mirror's lock: nobody plans another one meanwhile.
    """
    raw = await tx.driver()
    entities = [entity_of(one.change) for one in asked]
    rows = await raw.fetch(
        ADD,
        tx.account,
        [int(kind) for kind, _ in entities],
        [number for _, number in entities],
        [msgspec.json.encode(one.change).decode() for one in asked],
        [int(one.priority) for one in asked],
        [one.cause for one in asked],
        now,
        _creations,
    )
    return sorted(CommandId(row["id"]) for row in rows), any(row["is_later"] for row in rows)


async def planned_of(tx: Tx, changes: Iterable[Change]) -> list[Command]:
    """Return and lock what is planned for the entities of these changes (creations have none)."""
    entities = {pair for pair in map(entity_of, changes) if pair[0] not in CREATIONS}
    if not entities:
        return []
    rows = await tx.rows(
        PLANNED_OF,
        account=tx.account,
        entities=[number for _, number in entities],
        kinds=list({int(kind) for kind, _ in entities}),
    )
    return [command for command in map(command_of, rows) if entity_of(command.change) in entities]


async def claim(tx: Tx, limit: int, now: datetime) -> list[Command]:
    """Take the next commands of one kind; the caller holds the outbox's lock."""
    terms: dict[str, object] = {"account": tx.account, "now": now, "creations": _creations}
    kind = await tx.value(NEXT_KIND, **terms)
    if kind is None:
        return []
    rows = await tx.rows(CLAIM, kind=kind, limit=limit, **terms)
    return sorted(map(command_of, rows), key=lambda command: (command.priority, command.id))


async def sending(tx: Tx) -> list[Command]:
    return [command_of(row) for row in await tx.rows(SENDING, account=tx.account)]


async def finish(
    tx: Tx,
    ends: Sequence[tuple[CommandId, str, int | None]],
    state: CommandState,
    now: datetime,
    *,
    from_states: Collection[CommandState] = (CommandState.SENDING,),
) -> list[Command]:
    """End commands, each with its reason and what it has created.

    Return those that had not ended.
    """
    rows = await tx.rows(
        FINISH,
        account=tx.account,
        ids=[command for command, _, _ in ends],
        errors=[error for _, error, _ in ends],
        created=[made for _, _, made in ends],
        state=str(state),
        now=now,
        open=[str(one) for one in from_states],
    )
    return sorted(map(command_of, rows), key=lambda command: command.id)


async def reschedule(
    tx: Tx, ids: Sequence[CommandId], not_before: datetime, error: str, *, alone: bool
) -> list[Command]:
    rows = await tx.rows(
        RESCHEDULE,
        account=tx.account,
        ids=list(ids),
        not_before=not_before,
        error=error,
        alone=alone,
    )
    return [command_of(row) for row in rows]


async def hurry(tx: Tx, ids: Sequence[CommandId], now: datetime) -> int:
    """End the rest of commands that wait for another try; return how many there were."""
    return len(await tx.rows(HURRY, account=tx.account, ids=list(ids), now=now))


async def is_due(tx: Tx, now: datetime) -> bool:
    terms: dict[str, object] = {"account": tx.account, "now": now, "creations": _creations}
    return await tx.value(NEXT_KIND, **terms) is not None


async def trim(tx: Tx, before: datetime) -> None:
    await tx.run(TRIM, before=before)


def command_of(row: Row) -> Command:
    return Command(
        id=CommandId(row.id),
        change=_decoder.decode(row.change),
        priority=Priority(row.priority),
        cause=row.cause,
        state=CommandState(row.state),
        attempts=row.attempts,
        asked_at=row.asked_at,
        not_before=row.not_before,
        sent_at=row.sent_at,
        finished_at=row.finished_at,
        before=None if row.before_id is None else UserId(row.before_id),
        created=row.created_id,
        error=row.error,
    )
