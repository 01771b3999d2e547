"""Walk one list of amoCRM against the mirror and note what looks different."""

from dataclasses import replace
from datetime import datetime, timedelta

from smena.connectors.amocrm import roster
from smena.connectors.amocrm.core import translate
from smena.connectors.amocrm.core.check import BY_PATH, EVENTS, ROSTER, Part, listing
from smena.connectors.amocrm.core.compare import checksum, doubts, joined
from smena.connectors.amocrm.core.listing import events_limit
from smena.connectors.amocrm.core.marks import PageMarks, marks
from smena.connectors.amocrm.core.rosters import differing, rows_held, rows_told
from smena.connectors.amocrm.neighbours import ask_for_neighbours
from smena.connectors.amocrm.reconcile_run import SHARE, Pages, Run
from smena.connectors.amocrm.store import check as store
from smena.connectors.amocrm.store import unread as asked
from smena.crm import actions as crm
from smena.crm import queries as crm_queries
from smena.crm.answers import Mark
from smena.kernel.db import Tx

SETTLE = timedelta(seconds=20)
"""How long a difference may take to go away by itself before it is looked at again."""

ROSTER_REQUESTS = 3


async def walk(run: Run, part: Part) -> None:
    """Walk a part to its end, or until another run has come further."""
    if part.path == ROSTER:
        await _roster(run, part)
        return
    events_max = events_limit(run.client.host)
    is_ours = True
    while is_ours and not part.is_walked:
        pages = await run.read(listing(part, events_max), part.page)
        read_page = part.page
        part = _turned(part, pages)
        async with run.tenant() as tx:
            if part.path == EVENTS:
                part = await _events(run, tx, part, pages)
            else:
                part = await _cards(run, tx, part, marks(pages.page.items))
            is_ours = await store.save(tx, run.check, part, read_page=read_page)


def _turned(part: Part, pages: Pages) -> Part:
    """Return the part on its next page, with what this one cost."""
    return replace(
        part,
        page=part.page + 1,
        is_walked=not pages.page.has_next,
        requests=part.requests + pages.requests,
        seconds=part.seconds + pages.took.total_seconds(),
    )


async def _cards(run: Run, tx: Tx, part: Part, told: PageMarks) -> Part:
    """Compare a page with the mirror's rows of the same stretch of numbers."""
    of = BY_PATH[part.path].of
    is_whole = part.is_whole and told.is_sure and told.is_after(part.after_id)
    last = max(told.rows, default=part.after_id)
    if is_whole:
        until = None if part.is_walked else last
        held = await crm_queries.marks_between(tx, of, part.after_id, until)
    else:
        held = await crm_queries.marks_among(tx, of, list(told.rows))
    await store.doubt(
        tx, run.check, part.number, doubts(told.rows, held, is_whole=is_whole), run.now + SETTLE
    )
    alive = [mark for mark in held.values() if not mark.is_deleted]
    return replace(
        part,
        after_id=max(part.after_id, last),
        is_whole=is_whole,
        there=part.there + len(told.rows),
        held=part.held + len(alive),
        there_sum=joined(part.there_sum, checksum(told.rows.items())),
        held_sum=joined(part.held_sum, checksum(_pairs(alive, told))),
    )


def _pairs(alive: list[Mark], told: PageMarks) -> list[tuple[int, datetime | None]]:
    """Return the rows held as they are summed; one without a moment of its own agrees."""
    return [
        (mark.id, told.rows.get(mark.id) if mark.changed_at is None else mark.changed_at)
        for mark in alive
    ]


async def _events(run: Run, tx: Tx, part: Part, pages: Pages) -> Part:
    """Take in the events that are not here. They never change, so there is no second look."""
    told = translate.page(EVENTS, pages.page.items)
    events = told.changes.events
    known = (
        await crm_queries.known_events(
            tx, [one.id for one in events], *_span([one.at for one in events])
        )
        if events
        else set()
    )
    lacking = tuple(one for one in events if one.id not in known)
    if lacking:
        missed = translate.only(told, lacking)
        await crm.absorb(tx, missed.changes, now=run.now)
        await crm.hear(tx, missed.heard)
        await asked.ask(tx, missed.unread, run.now)
        await ask_for_neighbours(tx, missed.changes.removed, run.now)
    held = [one for one in events if one.id in known]
    return replace(
        part,
        there=part.there + len(events),
        held=part.held + len(held),
        there_sum=joined(part.there_sum, checksum((one.id, one.at) for one in events)),
        held_sum=joined(part.held_sum, checksum((one.id, one.at) for one in held)),
        missing=part.missing + len(lacking),
        healed=part.healed + len(lacking),
    )


def _span(moments: list[datetime]) -> tuple[datetime, datetime]:
    return min(moments), max(moments)


async def _roster(run: Run, part: Part) -> None:
    """Compare people, groups and stages: whole lists, read at once."""
    started_at = await run.share.turn(SHARE)
    changes, _spoiled = await roster.read(run.client)
    async with run.tenant() as tx:
        there = rows_told(changes)
        held = rows_held(
            await crm_queries.users(tx),
            await crm_queries.groups(tx),
            await crm_queries.pipelines(tx),
            await crm_queries.statuses(tx),
        )
        found = differing(there, held)
        moved = replace(
            part, page=2, is_walked=True, there=len(there), held=len(held),
            missing=len(found.missing), stale=len(found.stale), surplus=len(found.surplus),
            healed=len(found.missing) + len(found.stale) + len(found.surplus),
            there_sum=found.there_sum, held_sum=found.held_sum, requests=ROSTER_REQUESTS,
            seconds=(run.now - started_at).total_seconds(),
        )  # fmt: skip
        if await store.save(tx, run.check, moved, read_page=part.page):
            await crm.absorb(tx, changes, now=run.now)
