"""Compare the open requests with those held as open; a second look at the list decides.

Polling reads the same list every minute, so a difference that lasts longer is a gap.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta

from smena.connectors.amocrm.api.core.listing import unsorted
from smena.connectors.amocrm.reading.store import schedule
from smena.connectors.amocrm.reconciliation.context import ReconciliationRun
from smena.connectors.amocrm.reconciliation.core.compare import contents_sum
from smena.connectors.amocrm.reconciliation.core.plan import UNSORTED, ReconciliationPart
from smena.connectors.amocrm.reconciliation.core.unsorted import UnsortedDifference, differing
from smena.connectors.amocrm.reconciliation.store import runs
from smena.connectors.amocrm.reconciliation.store import suspects as suspect_rows
from smena.connectors.amocrm.translation import parse
from smena.crm.mirror.ingest import ingest
from smena.crm.mirror.model import Contents
from smena.crm.mirror.queries import comparison, conversations
from smena.crm.model.conversations import Conversations, Unsorted
from smena.crm.model.entities import Changes, Source
from smena.crm.model.reading import Reading
from smena.kernel.db import Tx

NOTHING = Changes(source=Source.API)
SETTLE = timedelta(seconds=90)


@dataclass(frozen=True, slots=True)
class UnsortedReading:
    """The whole list of open requests, and what the reading of it cost."""

    conversations: Conversations
    spent: ReconciliationPart


@dataclass(frozen=True, slots=True)
class Compared:
    found: UnsortedDifference
    still_open: list[Unsorted]
    contents: Contents


async def walk(run: ReconciliationRun, part: ReconciliationPart) -> None:
    """Read the list, note what differs."""
    reading = await _read(run, part)
    async with run.tenant() as tx:
        compared = await _compare(run, tx, reading)
        contents = compared.contents
        moved = replace(
            reading.spent,
            page=part.page + 1,
            is_walked=True,
            remote=len(contents.told),
            local=len(compared.still_open),
            remote_sum=contents_sum(contents.told.values()),
            local_sum=contents_sum((*contents.held.values(), *compared.found.surplus)),
        )
        if await runs.save(tx, run.reconciliation, moved, read_page=part.page):
            await suspect_rows.add(
                tx, run.reconciliation, part.number, compared.found.all, run.now + SETTLE
            )


async def recheck(
    run: ReconciliationRun, part: ReconciliationPart, numbers: Collection[int]
) -> None:
    """Read the list again, count what of the suspected still differs, take the list in."""
    reading = await _read(run, replace(part, requests=0, seconds=0.0))
    async with run.tenant() as tx:
        ours = await suspect_rows.still_there(tx, run.reconciliation, part.number, numbers)
        found = (await _compare(run, tx, reading)).found.among(ours)
        await suspect_rows.forget(tx, run.reconciliation, part.number, ours)
        await ingest(tx, Reading(conversations=reading.conversations), run.now)
        await runs.count_found(
            tx,
            run.reconciliation,
            replace(
                reading.spent,
                missing=len(found.missing),
                stale=len(found.stale),
                surplus=len(found.surplus),
                healed=len(found.all),
            ),
        )


async def _read(run: ReconciliationRun, part: ReconciliationPart) -> UnsortedReading:
    whole = await run.read_whole(unsorted())
    parsed = parse.page(UNSORTED, whole.items)
    conversations = parsed.conversations
    if whole.is_full and not parsed.malformed:
        conversations = replace(conversations, unsorted_until=whole.began_at)
    if parsed.malformed:
        async with run.tenant() as tx:
            await schedule.count_malformed(tx, len(parsed.malformed))
    spent = replace(
        part,
        requests=part.requests + whole.requests,
        seconds=part.seconds + whole.took.total_seconds(),
    )
    return UnsortedReading(conversations, spent)


async def _compare(run: ReconciliationRun, tx: Tx, reading: UnsortedReading) -> Compared:
    open_there = reading.conversations.unsorted
    is_whole = reading.conversations.unsorted_until is not None
    contents = await comparison.compare(tx, NOTHING, reading.conversations)
    still_open = await conversations.open_unsorted(tx)
    found = differing(open_there, still_open, contents, run.crm_now, is_whole=is_whole)
    return Compared(found, still_open, contents)
