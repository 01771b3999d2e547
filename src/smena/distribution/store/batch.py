"""What one batch of facts reads, and what it leaves: one statement each.

A lead that comes alone is a batch too, and then every round trip to the database counts.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

import asyncpg
import msgspec

from smena.crm.model.entities import LeadId, UserId
from smena.distribution.model import Assigned, Decided, Nobody, State, TemplateId
from smena.distribution.store.results import DecisionAttempts
from smena.distribution.store.templates import TEMPLATE_COLUMNS, QueueState, queue_of
from smena.kernel.db import Tx

# Deciding locks the templates in one order, so that two workers cannot wait for each other.
LOAD = f"""
WITH had AS (
    SELECT template_id, array_agg(lead_id) AS leads, array_agg(attempt) AS attempts,
           array_agg(user_id) AS users
      FROM distribution_result
     WHERE account_id = $1 AND lead_id = ANY($2)
     GROUP BY template_id
)
SELECT {TEMPLATE_COLUMNS}, leads, attempts, users
  FROM distribution_template LEFT JOIN had ON template_id = id
 WHERE account_id = $1 ORDER BY id FOR UPDATE OF distribution_template
"""  # noqa: S608 -- a constant list of columns

# The unique key (template, lead, attempt) makes a repeated fact harmless. Ledgers come as texts,
# for arrays of arrays must not be ragged; the planner may not see how many there are, else it plans
# anew for each batch.
SAVE = """
WITH kept AS (
    INSERT INTO distribution_result
           (account_id, template_id, template_version, lead_id, attempt, seq, decided_at, state,
            user_id, steps, entries, finished_at)
    SELECT $1, template, version, lead, attempt, seq, $2::timestamptz, state, user_id, steps::json,
           entries::json, CASE WHEN state = 'nobody' THEN $2::timestamptz END
      FROM unnest($3::bigint[], $4::int[], $5::bigint[], $6::int[], $7::bigint[], $8::text[],
                  $9::bigint[], $10::text[], $11::text[]) WITH ORDINALITY
           AS r (template, version, lead, attempt, seq, state, user_id, steps, entries, place)
     ORDER BY place
), saved AS (
    UPDATE distribution_template t
       SET seq = q.seq, members = q.members::bigint[], credits = q.credits::bigint[],
           last_seqs = q.last_seqs::bigint[], refused_ids = q.refused::bigint[]
      FROM unnest((SELECT $12::bigint[]), (SELECT $13::bigint[]), (SELECT $14::text[]),
                  (SELECT $15::text[]), (SELECT $16::text[]), (SELECT $17::text[]))
           AS q (template, seq, members, credits, last_seqs, refused)
     WHERE t.account_id = $1 AND t.id = q.template
)
UPDATE crm_fact_position SET fact_id = $18 WHERE account_id = $1 AND consumer = 'distribution'
"""

RESULT_VALUES, QUEUE_VALUES = 9, 6


async def load(
    tx: Tx, leads: Sequence[LeadId]
) -> tuple[list[QueueState], dict[tuple[LeadId, TemplateId], DecisionAttempts]]:
    """Lock the queues; return them with what has been decided about these leads before."""
    raw = await tx.driver()
    rows = await raw.fetch(LOAD, tx.account, leads)
    before = {key: attempts for row in rows for key, attempts in _attempts(row).items()}
    return [queue_of(row) for row in rows], before


async def save(
    tx: Tx, decided: Sequence[Decided], queues: Sequence[QueueState], fact: int, now: datetime
) -> None:
    """Store decisions with their reasons, ledgers and the position: they may never part."""
    raw = await tx.driver()
    results = _columns([_result_values(one) for one in decided], RESULT_VALUES)
    ledgers = _columns([_queue_values(queue) for queue in queues], QUEUE_VALUES)
    await raw.execute(SAVE, tx.account, now, *results, *ledgers, fact)


def _attempts(row: asyncpg.Record) -> dict[tuple[LeadId, TemplateId], DecisionAttempts]:
    """Gather the earlier decisions of one template by lead."""
    last: dict[LeadId, int] = defaultdict(int)
    tried: dict[LeadId, list[UserId]] = defaultdict(list)
    for lead, attempt, user in zip(
        row["leads"] or (), row["attempts"] or (), row["users"] or (), strict=True
    ):
        last[lead] = max(last[lead], attempt)
        if user is not None:
            tried[lead].append(user)
    template = TemplateId(row["id"])
    return {
        (lead, template): DecisionAttempts(most, tuple(tried[lead])) for lead, most in last.items()
    }


def _result_values(one: Decided) -> tuple[object, ...]:
    key = (one.template.id, one.template.version, one.lead, one.attempt)
    steps = _encoded(one.decision.steps)
    match one.decision:
        case Assigned(user=user, seq=seq, entries=entries):
            return (*key, seq, State.SENT, user, steps, _encoded(entries))
        case Nobody():
            return (*key, None, State.NOBODY, None, steps, "[]")


def _queue_values(queue: QueueState) -> tuple[object, ...]:
    balances = queue.ledger.balances
    numbers: tuple[Sequence[int], ...] = (
        [balance.user for balance in balances],
        [balance.credit for balance in balances],
        [balance.last_seq for balance in balances],
        sorted(queue.refused),
    )
    return (queue.template.id, queue.ledger.seq, *map(_array, numbers))


def _array(numbers: Sequence[int]) -> str:
    return f"{{{','.join(map(str, numbers))}}}"


def _encoded(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _columns(rows: Sequence[tuple[object, ...]], count: int) -> list[list[object]]:
    """Turn rows into columns, also when there are none."""
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(count)]
