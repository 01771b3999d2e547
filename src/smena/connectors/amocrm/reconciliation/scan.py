"""Walk one list of amoCRM against the mirror and note what looks different."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from smena.connectors.amocrm.api.core.listing import events_limit
from smena.connectors.amocrm.reading.ingest import ingest_page
from smena.connectors.amocrm.reading.related import ask_for_related
from smena.connectors.amocrm.reading.store import fetch_queue
from smena.connectors.amocrm.reconciliation import reference_data, talks, unsorted
from smena.connectors.amocrm.reconciliation.context import PricedPage, ReconciliationRun
from smena.connectors.amocrm.reconciliation.core.compare import (
    RemoteRows,
    checksum,
    contents_sum,
    joined,
    suspects,
)
from smena.connectors.amocrm.reconciliation.core.marks import marks
from smena.connectors.amocrm.reconciliation.core.plan import (
    BY_PATH,
    EVENTS,
    PEOPLE,
    SHORT,
    TALKS,
    UNSORTED,
    ReconciliationPart,
    listing,
)
from smena.connectors.amocrm.reconciliation.store import runs
from smena.connectors.amocrm.reconciliation.store import suspects as suspect_rows
from smena.connectors.amocrm.translation import parse
from smena.connectors.amocrm.translation.parse import Items, ParsedPage
from smena.crm.mirror.ingest import ingest
from smena.crm.mirror.model import NumberRange
from smena.crm.mirror.queries import comparison, timeline
from smena.crm.model.entities import Changes, Source
from smena.crm.model.reading import Reading
from smena.kernel.db import Tx

SETTLE = timedelta(seconds=20)
"""How long a difference may take to go away by itself before it is looked at again."""

WHOLE: Mapping[str, Callable[[ReconciliationRun, ReconciliationPart], Awaitable[None]]] = {
    PEOPLE: reference_data.people_and_stages,
    **dict.fromkeys(SHORT, reference_data.short_list),
    UNSORTED: unsorted.walk,
    TALKS: talks.walk,
}
"""Lists that are not walked page by page in the order of numbers, by their own walkers."""


async def walk(run: ReconciliationRun, part: ReconciliationPart) -> None:
    """Walk a part to its end, or until another run has come further."""
    if by_hand := WHOLE.get(part.path):
        await by_hand(run, part)
        return
    of_part = listing(part, events_limit(run.client.host))
    async for priced in run.pages(of_part, first=part.page):
        read_page, items = part.page, priced.page.items
        part = _on_next_page(part, priced)
        compare = _events if part.path == EVENTS else _cards
        async with run.tenant() as tx:
            part = await compare(run, tx, part, items)
            if not await runs.save(tx, run.reconciliation, part, read_page=read_page):
                return


def _on_next_page(part: ReconciliationPart, priced: PricedPage) -> ReconciliationPart:
    """Return the part on its next page, with what this one cost."""
    return replace(
        part,
        page=part.page + 1,
        is_walked=not priced.page.has_next,
        requests=part.requests + priced.requests,
        seconds=part.seconds + priced.took.total_seconds(),
    )


async def _cards(
    run: ReconciliationRun, tx: Tx, part: ReconciliationPart, items: Items
) -> ReconciliationPart:
    """Compare a page with the mirror's rows of the same stretch of numbers."""
    of, seen = BY_PATH[part.path].of, marks(items)
    parsed = parse.page(part.path, items, run.names)
    remote = {number: at for number, at in seen.rows.items() if _is_due(part, at)}
    is_whole = part.is_whole and seen.is_sure and seen.is_after(part.after_id)
    last = max(seen.rows, default=part.after_id)
    held = await comparison.marks_among(tx, of, list(remote))
    if is_whole:
        span = NumberRange(part.after_id, None if part.is_walked else last, part.from_at)
        held |= await comparison.marks_between(tx, of, span)
    contents = await comparison.compare(tx, parsed.changes, parsed.conversations)
    found = suspects(remote, held, contents, is_whole=is_whole)
    await suspect_rows.add(tx, run.reconciliation, part.number, found, run.now + SETTLE)
    await _derived(run, tx, parsed, held.keys() - found)
    alive = {mark.id: mark.changed_at for mark in held.values() if not mark.is_deleted}
    remote_sum, local_sum = _sums(remote, contents.told), _sums(alive, contents.held)
    return replace(
        part,
        after_id=max(part.after_id, last),
        is_whole=is_whole,
        remote=part.remote + len(remote),
        local=part.local + len(alive),
        remote_sum=joined(part.remote_sum, remote_sum),
        local_sum=joined(part.local_sum, local_sum),
    )


async def _derived(
    run: ReconciliationRun, tx: Tx, parsed: ParsedPage, agreed: Collection[int]
) -> None:
    """Take in what amoCRM derives for leads that agree: their next task has no moment of change."""
    leads = tuple(lead for lead in parsed.changes.leads if int(lead.id) in agreed)
    if leads:
        await ingest(tx, Reading(Changes(Source.API, leads=leads)), run.now)


def _is_due(part: ReconciliationPart, at: datetime | None) -> bool:
    """Tell whether a row is of the days that are compared: some lists ignore the filter."""
    return part.from_at is None or at is None or at >= part.from_at


def _sums(rows: RemoteRows, digests: Mapping[int | str, int]) -> int:
    """Return one number for rows and for what they say."""
    contents = contents_sum(digests[number] for number in rows if number in digests)
    return joined(checksum(rows.items()), contents)


async def _events(
    run: ReconciliationRun, tx: Tx, part: ReconciliationPart, items: Items
) -> ReconciliationPart:
    """Take in the events that are not here. They never change, so there is no second look."""
    parsed = parse.page(EVENTS, items)
    events = parsed.changes.events
    known = (
        await timeline.known_events(
            tx, [one.id for one in events], *_span([one.at for one in events])
        )
        if events
        else set()
    )
    lacking = tuple(one for one in events if one.id not in known)
    if lacking:
        missed = parse.only(parsed, lacking)
        await ingest_page(tx, missed, run.now)
        await fetch_queue.ask(tx, missed.to_fetch, run.now)
        await ask_for_related(tx, missed.changes.removed, run.now)
    held = [one for one in events if one.id in known]
    return replace(
        part,
        remote=part.remote + len(events),
        local=part.local + len(held),
        remote_sum=joined(part.remote_sum, checksum((one.id, one.at) for one in events)),
        local_sum=joined(part.local_sum, checksum((one.id, one.at) for one in held)),
        missing=part.missing + len(lacking),
        healed=part.healed + len(lacking),
    )


def _span(moments: list[datetime]) -> tuple[datetime, datetime]:
    return min(moments), max(moments)
