"""Compare the lists that are read whole: people and stages, short lists, requests not yet sorted.

A list that this account or this integration does not have is no difference.
"""

from collections.abc import Collection
from dataclasses import replace

from smena.connectors.amocrm import lists, roster
from smena.connectors.amocrm.core import lists as core
from smena.connectors.amocrm.core.check import TASK_TYPES, Part
from smena.connectors.amocrm.core.listing import short
from smena.connectors.amocrm.core.payload import Rows
from smena.connectors.amocrm.core.rosters import (
    RosterDifference,
    differing,
    entries_differing,
    rows_held,
    rows_told,
)
from smena.connectors.amocrm.reconcile_run import SHARE, Run
from smena.connectors.amocrm.store import check as store
from smena.crm import actions as crm
from smena.crm import queries as crm_queries
from smena.crm.directory import Entry

ROSTER_REQUESTS = 3


async def people_and_stages(run: Run, part: Part) -> None:
    started_at = await run.share.turn(SHARE)
    changes, _spoiled, _zone = await roster.read(run.client)
    async with run.tenant() as tx:
        there = rows_told(changes)
        held = rows_held(
            await crm_queries.users(tx),
            await crm_queries.groups(tx),
            await crm_queries.pipelines(tx),
            await crm_queries.statuses(tx),
        )
        found = differing(there, held)
        spent = replace(
            part, requests=ROSTER_REQUESTS, seconds=(run.now - started_at).total_seconds()
        )
        moved = _ended(spent, found, there, held)
        if await store.save(tx, run.check, moved, read_page=part.page):
            await crm.absorb(tx, changes, now=run.now)


async def short_list(run: Run, part: Part) -> None:
    """Compare fields, tags, roles, reasons, sources or types of tasks, and take the list in."""
    rows, spent = await _entries(run, part)
    book = core.TASK_TYPES if part.path == TASK_TYPES else core.BOOKS[part.path]
    told = core.directory(book, rows)
    async with run.tenant() as tx:
        held = [one for one in await crm_queries.entries(tx, book[0]) if one.owner == book[1]]
        found = entries_differing(told, held, book)
        present = [one for one in held if not one.is_gone]
        moved = _ended(spent, found, told.entries, present)
        if await store.save(tx, run.check, moved, read_page=part.page):
            await crm.learn(tx, told)


async def _entries(run: Run, part: Part) -> tuple[Rows[Entry], Part]:
    if part.path == TASK_TYPES:
        started_at = await run.share.turn(SHARE)
        rows = await lists.task_types(run.client)
        took = (run.now - started_at).total_seconds()
        return rows, replace(part, requests=1, seconds=took)
    whole = await run.read_whole(short(part.path))
    spent = replace(part, requests=whole.requests, seconds=whole.took.total_seconds())
    return core.entries(part.path, whole.items), spent


def _ended(
    part: Part, found: RosterDifference, there: Collection[object], held: Collection[object]
) -> Part:
    """Return a part that was walked in one step, all that it found healed."""
    return replace(
        part, page=part.page + 1, is_walked=True, there=len(there), held=len(held),
        missing=len(found.missing), stale=len(found.stale), surplus=len(found.surplus),
        healed=len(found.missing) + len(found.stale) + len(found.surplus),
        there_sum=found.there_sum, held_sum=found.held_sum,
    )  # fmt: skip
