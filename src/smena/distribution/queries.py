"""Questions about distribution; read only."""

from collections.abc import Mapping, Sequence

from smena.crm.mirror.queries import cards, people
from smena.crm.model.entities import Lead, LeadId, User, UserId
from smena.distribution.batch import Batch
from smena.distribution.core.ledger import LEAD, next_receivers
from smena.distribution.core.members import members
from smena.distribution.model import (
    MemberBalance,
    Outlook,
    Result,
    ResultFilter,
    ResultId,
    State,
    Template,
    TemplateId,
)
from smena.distribution.store import results as results_store
from smena.distribution.store import templates as templates_store
from smena.kernel.db import Row, Tx

NEXT_RECEIVERS = 10


async def templates(tx: Tx) -> list[Template]:
    return [queue.template for queue in await templates_store.queues(tx)]


async def template(tx: Tx, template_id: TemplateId) -> Template | None:
    return next((t for t in await templates(tx) if t.id == template_id), None)


async def outlook(tx: Tx, template_id: TemplateId) -> Outlook:
    """Return who is owed what, and who comes next if nothing changes (distribution.md 1.7)."""
    users = await people.users(tx)
    deciding = Batch(await templates_store.queues(tx), users, {})
    queue = deciding.queue(template_id)
    availability = deciding.availability(queue)
    candidates = (availability.active - availability.refused).intersection(
        members(queue.template, users)
    )
    return Outlook(
        standings=tuple(
            MemberBalance(
                b.user,
                b.credit / LEAD,
                b.user in availability.active,
                b.user in availability.refused,
            )
            for b in queue.ledger.balances
        ),
        next_receivers=tuple(next_receivers(queue.ledger, candidates, NEXT_RECEIVERS)),
    )


async def results(tx: Tx, wanted: ResultFilter) -> list[Result]:
    """Return results, newest first, at most `wanted.limit`; without steps and entries."""
    rows = await results_store.find(tx, wanted)
    return await _results(tx, rows)


async def result(tx: Tx, result_id: ResultId) -> Result | None:
    """Return one result with its steps, or None when there is none in this account."""
    row = await results_store.one(tx, result_id)
    return (await _results(tx, [row]))[0] if row is not None else None


async def _results(tx: Tx, rows: Sequence[Row]) -> list[Result]:
    """Put names to numbers: people and leads are the mirror's."""
    users = {user.id: user for user in await people.users(tx)}
    leads = await cards.find_leads(tx, {LeadId(row.lead_id) for row in rows})
    return [_result(row, users, leads) for row in rows]


def _result(row: Row, users: Mapping[UserId, User], leads: Mapping[LeadId, Lead]) -> Result:
    user = users.get(row.user_id)
    lead = leads.get(row.lead_id)
    return Result(
        id=ResultId(row.id),
        template=TemplateId(row.template_id),
        template_name=row.template_name,
        lead=LeadId(row.lead_id),
        lead_name=lead.name if lead else "",
        attempt=row.attempt,
        decided_at=row.decided_at,
        state=State(row.state),
        user=UserId(row.user_id) if row.user_id is not None else None,
        user_name=user.name if user else "",
        reason=row.reason,
        finished_at=row.finished_at,
        steps=results_store.steps_of(row.steps) if row.steps is not None else (),
        entries=results_store.entries_of(row.entries) if row.entries is not None else (),
    )
