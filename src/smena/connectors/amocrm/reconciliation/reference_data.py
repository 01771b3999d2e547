"""Compare the lists that are read whole: people, stages, reference data, unsorted requests.

A list that this account or this integration does not have is no difference.
"""

from collections.abc import Collection
from dataclasses import replace

from smena.connectors.amocrm.api.core.listing import short
from smena.connectors.amocrm.api.core.payload import Rows
from smena.connectors.amocrm.reading import people, reference_data
from smena.connectors.amocrm.reconciliation.context import ReconciliationRun
from smena.connectors.amocrm.reconciliation.core.plan import TASK_TYPES, ReconciliationPart
from smena.connectors.amocrm.reconciliation.core.reference_data import (
    PeopleDifference,
    differing,
    entries_differing,
    local_rows,
    rows_read,
)
from smena.connectors.amocrm.reconciliation.store import runs
from smena.connectors.amocrm.translation import reference_data as core
from smena.crm.mirror.ingest import ingest
from smena.crm.mirror.queries import people as mirror_people
from smena.crm.mirror.queries import reference_data as mirror_reference_data
from smena.crm.model.reading import Reading
from smena.crm.model.reference_data import ReferenceEntry

PEOPLE_REQUESTS = 3


async def people_and_stages(run: ReconciliationRun, part: ReconciliationPart) -> None:
    started_at = await run.leave()
    read, _zone = await people.read(run.client)
    async with run.tenant() as tx:
        remote = rows_read(read.changes)
        held = local_rows(
            await mirror_people.users(tx),
            await mirror_people.groups(tx),
            await mirror_people.pipelines(tx),
            await mirror_people.statuses(tx),
        )
        found = differing(remote, held)
        spent = replace(
            part, requests=PEOPLE_REQUESTS, seconds=(run.now - started_at).total_seconds()
        )
        moved = _ended(spent, found, remote, held)
        if await runs.save(tx, run.reconciliation, moved, read_page=part.page):
            await ingest(tx, read, run.now)


async def short_list(run: ReconciliationRun, part: ReconciliationPart) -> None:
    """Compare fields, tags, roles, reasons, sources or types of tasks, and take the list in."""
    rows, spent = await _entries(run, part)
    which = core.TASK_TYPES if part.path == TASK_TYPES else core.REFERENCE_LISTS[part.path]
    parsed = core.reference_data(which, rows)
    async with run.tenant() as tx:
        held = [
            one
            for one in await mirror_reference_data.entries(tx, which[0])
            if one.owner == which[1]
        ]
        found = entries_differing(parsed, held, which)
        present = [one for one in held if not one.is_gone]
        moved = _ended(spent, found, parsed.entries, present)
        if await runs.save(tx, run.reconciliation, moved, read_page=part.page):
            await ingest(tx, Reading(reference_data=parsed), run.now)


async def _entries(
    run: ReconciliationRun, part: ReconciliationPart
) -> tuple[Rows[ReferenceEntry], ReconciliationPart]:
    if part.path == TASK_TYPES:
        started_at = await run.leave()
        rows = await reference_data.task_types(run.client)
        took = (run.now - started_at).total_seconds()
        return rows, replace(part, requests=1, seconds=took)
    whole = await run.read_whole(short(part.path))
    spent = replace(part, requests=whole.requests, seconds=whole.took.total_seconds())
    return core.entries(part.path, whole.items), spent


def _ended(
    part: ReconciliationPart,
    found: PeopleDifference,
    remote: Collection[object],
    held: Collection[object],
) -> ReconciliationPart:
    """Return a part that was walked in one step, all that it found healed."""
    return replace(
        part,
        page=part.page + 1,
        is_walked=True,
        remote=len(remote),
        local=len(held),
        missing=len(found.missing),
        stale=len(found.stale),
        surplus=len(found.surplus),
        healed=len(found.missing) + len(found.stale) + len(found.surplus),
        remote_sum=found.remote_sum,
        local_sum=found.local_sum,
    )
