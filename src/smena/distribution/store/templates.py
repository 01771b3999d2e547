"""Templates and their ledgers: one row holds both, so one lock and one write per batch."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

import asyncpg

from smena.crm.model.entities import GroupId, PipelineId, UserId
from smena.distribution.core.ledger import Balance, Ledger
from smena.distribution.model import Template, TemplateDraft, TemplateId
from smena.kernel.db import Tx

TEMPLATE_COLUMNS = """id, name, pipeline_id, user_ids, group_ids, is_enabled, active_since,
       version, seq, members, credits, last_seqs, refused_ids"""

# In the order in which deciding locks them too (see `batch`): nobody waits in a circle.
LOCK_TEMPLATES = f"""
SELECT {TEMPLATE_COLUMNS} FROM distribution_template
 WHERE account_id = $1 ORDER BY id FOR UPDATE
"""  # noqa: S608 -- a constant list of columns

TEMPLATES = f"""
SELECT {TEMPLATE_COLUMNS} FROM distribution_template WHERE account_id = $1 ORDER BY id
"""  # noqa: S608 -- a constant list of columns

ADD_TEMPLATE = """
INSERT INTO distribution_template
       (account_id, name, pipeline_id, user_ids, group_ids, is_enabled, active_since,
        created_at, changed_at)
VALUES (:account, :name, :pipeline, :users, :groups, :is_enabled, :active_since, :now, :now)
RETURNING id
"""

CHANGE_TEMPLATE = """
UPDATE distribution_template
   SET name = :name, pipeline_id = :pipeline, user_ids = :users, group_ids = :groups,
       is_enabled = :is_enabled, version = version + 1, refused_ids = '{}', changed_at = :now,
       active_since = :active_since
 WHERE account_id = :account AND id = :id AND version = :version
"""


@dataclass(frozen=True, slots=True)
class QueueState:
    """A template with its ledger and the people amoCRM refused."""

    template: Template
    ledger: Ledger
    refused: frozenset[UserId]


async def lock_queues(tx: Tx) -> list[QueueState]:
    raw = await tx.driver()
    return [queue_of(row) for row in await raw.fetch(LOCK_TEMPLATES, tx.account)]


async def queues(tx: Tx) -> list[QueueState]:
    raw = await tx.driver()
    return [queue_of(row) for row in await raw.fetch(TEMPLATES, tx.account)]


async def add_template(
    tx: Tx, draft: TemplateDraft, active_since: datetime | None, now: datetime
) -> TemplateId:
    return TemplateId(
        await tx.value(
            ADD_TEMPLATE, account=tx.account, active_since=active_since, now=now, **_fields(draft)
        )
    )


async def change_template(tx: Tx, template: Template, draft: TemplateDraft, now: datetime) -> bool:
    """Return False when somebody saved the template since `template` was read."""
    active_since = template.active_since
    if draft.is_enabled and (not template.is_enabled or template.pipeline != draft.pipeline):
        active_since = now
    touched = await tx.run(
        CHANGE_TEMPLATE,
        account=tx.account,
        id=template.id,
        version=template.version,
        active_since=active_since,
        now=now,
        **_fields(draft),
    )
    return touched == 1


def with_ledger(queue: QueueState, ledger: Ledger) -> QueueState:
    return replace(queue, ledger=ledger)


def _fields(draft: TemplateDraft) -> dict[str, object]:
    return {
        "name": draft.name.strip(),
        "pipeline": draft.pipeline,
        "users": list(draft.users),
        "groups": list(draft.groups),
        "is_enabled": draft.is_enabled,
    }


def queue_of(row: asyncpg.Record) -> QueueState:
    template = Template(
        id=TemplateId(row["id"]),
        name=row["name"],
        pipeline=PipelineId(row["pipeline_id"]),
        users=tuple(UserId(user) for user in row["user_ids"]),
        groups=tuple(GroupId(group) for group in row["group_ids"]),
        is_enabled=row["is_enabled"],
        active_since=row["active_since"],
        version=row["version"],
    )
    balances: Iterable[Balance] = (
        Balance(UserId(user), credit, last_seq)
        for user, credit, last_seq in zip(
            row["members"], row["credits"], row["last_seqs"], strict=True
        )
    )
    return QueueState(template, Ledger(row["seq"], tuple(balances)), frozenset(row["refused_ids"]))
