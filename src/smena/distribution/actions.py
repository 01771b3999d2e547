"""What distribution does; each verb is one transaction."""

from collections.abc import Iterable
from datetime import datetime

from smena.accounts import queries as accounts
from smena.accounts.model import Module
from smena.crm.facts.consumer import decision_input, lock_position, move_position
from smena.crm.facts.model import (
    CommandCancelled,
    CommandDelivered,
    CommandRefused,
    CommandSuperseded,
    LeadAppeared,
    Recorded,
    UserRef,
)
from smena.crm.mirror.queries import cards, people
from smena.crm.outbox import actions as outbox
from smena.crm.outbox.model import Priority
from smena.distribution.batch import Batch, key_of
from smena.distribution.core.ledger import undo
from smena.distribution.core.members import check, taken_by_another
from smena.distribution.model import (
    Assigned,
    Decided,
    ResultKey,
    State,
    TemplateDraft,
    TemplateId,
    TemplateRefusal,
    TemplateTrouble,
)
from smena.distribution.store import batch, results, templates
from smena.kernel.db import Database, Tx
from smena.kernel.ids import AccountId
from smena.kernel.metrics import DECISIONS

CONSUMER = "distribution"
"""Under this name distribution reads facts."""
BATCH = 500
"""Facts read in one transaction: k leads in a batch are decided like k single ones."""


async def read_facts(db: Database, account: AccountId, now: datetime, *, limit: int = BATCH) -> int:
    """Decide the next new leads and close results whose commands ended; return the facts read.

    Position, ledger, results and commands commit together: a lead is decided once, whoever dies.
    Switched off, it reads on without giving anything to anybody: results of commands under way
    still find their end, and nothing piles up that would be given out at once later.
    """
    async with db.tenant(account) as tx:
        facts, users = await decision_input(tx, CONSUMER, limit)
        if not facts:
            return 0
        decided: list[Decided] = []
        if _concern_us(facts):
            deciding = await _open_batch(tx, facts, users)
            for recorded in facts:
                await _take(tx, deciding, recorded, now)
            decided = deciding.decided
            await batch.save(tx, decided, deciding.changed_queues(), facts[-1].id, now)
            await outbox.request_all(tx, list(deciding.commands.values()), now)
        else:
            await move_position(tx, CONSUMER, facts[-1].id)
    for one in decided:
        DECISIONS.labels("assigned" if isinstance(one.decision, Assigned) else "nobody").inc()
    return len(facts)


async def save_template(
    db: Database,
    account: AccountId,
    draft: TemplateDraft,
    known: tuple[TemplateId, int] | None,
    now: datetime,
) -> TemplateId | TemplateRefusal:
    """Add a template, or change the one `known` by its number and the version that was read.

    Saving also forgives: people whom amoCRM refused take part again. The CRM stamps whole seconds,
    so a lead created in the second of saving counts as new.
    """
    since = now.replace(microsecond=0)
    async with db.tenant(account) as tx:
        await lock_position(tx, CONSUMER)
        existing = [queue.template for queue in await templates.lock_queues(tx)]
        troubles = check(
            draft,
            {user.id: user for user in await people.users(tx)},
            await people.groups(tx),
            await people.pipelines(tx),
        )
        if troubles:
            return TemplateRefusal(tuple(troubles))
        own = known[0] if known else None
        if taken := taken_by_another(draft, own, existing):
            return taken
        if known is None:
            return await templates.add_template(tx, draft, since if draft.is_enabled else None, now)
        old = next((t for t in existing if (t.id, t.version) == known), None)
        if old is None or not await templates.change_template(tx, old, draft, since):
            return TemplateRefusal((TemplateTrouble.CHANGED_MEANWHILE,))
        return old.id


def _concern_us(facts: Iterable[Recorded]) -> bool:
    ours = LeadAppeared | CommandDelivered | CommandRefused | CommandSuperseded | CommandCancelled
    return any(isinstance(recorded.fact, ours) for recorded in facts)


async def _open_batch(tx: Tx, facts: Iterable[Recorded], users: Iterable[UserRef]) -> Batch:
    leads = [r.fact.lead for r in facts if isinstance(r.fact, LeadAppeared)]
    switch = await accounts.switch(tx, Module.DISTRIBUTION)
    queues, before = await batch.load(tx, leads)
    return Batch(queues, users, before, switch)


async def _take(tx: Tx, deciding: Batch, recorded: Recorded, now: datetime) -> None:
    match recorded.fact:
        case LeadAppeared(lead=lead, pipeline=pipeline, created_at=created_at):
            if template := deciding.claim(lead, pipeline, created_at):
                deciding.decide(lead, template, Priority.FRESH)
        case CommandDelivered(cause=cause) if key := key_of(cause):
            await results.finish(tx, key, State.DONE, "", now)
        case CommandSuperseded(cause=cause) if key := key_of(cause):
            await results.finish(tx, key, State.SUPERSEDED, "", now)
        case CommandRefused(cause=cause, reason=reason) if key := key_of(cause):
            await _decide_again(tx, deciding, key, reason, now)
        case CommandCancelled(cause=cause) if key := key_of(cause):
            await _take_back(tx, deciding, key, now)
        case _:
            pass


async def _take_back(tx: Tx, deciding: Batch, key: ResultKey, now: datetime) -> None:
    """Return the turn: somebody decided that this lead stays as it is."""
    if closed := await results.finish(tx, key, State.CANCELLED, "", now):
        user, entries = closed
        queue = deciding.queue(key.template)
        ledger = undo(queue.ledger, user, entries)
        deciding.put(templates.QueueState(queue.template, ledger, queue.refused))


async def _decide_again(
    tx: Tx, deciding: Batch, key: ResultKey, reason: str, now: datetime
) -> None:
    """AmoCRM refused the person: the turn returns, the person waits for an administrator.

    The lead itself may be what was refused (deleted meanwhile): then a second refusal would follow
    for each person, so the lead is decided again only while it exists.
    """
    closed = await results.finish(tx, key, State.REFUSED, reason, now)
    if closed is None:
        return
    user, entries = closed
    queue = deciding.queue(key.template)
    known = await cards.lead(tx, key.lead)
    lead_exists = known is not None and not known.is_deleted
    refused = queue.refused | {user} if lead_exists else queue.refused
    deciding.put(
        templates.QueueState(queue.template, undo(queue.ledger, user, entries), frozenset(refused))
    )
    if lead_exists and deciding.is_on:
        deciding.remember(await results.attempts(tx, [key.lead]))
        deciding.decide(key.lead, key.template, Priority.AGAIN)
