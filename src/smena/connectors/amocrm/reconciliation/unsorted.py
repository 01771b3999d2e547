"""Compare the open requests with those held as open; a second look at the list decides.

Polling reads the same list every minute, so a difference that lasts longer is a gap.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta

from smena.connectors.amocrm.api.core.listing import unsorted
from smena.connectors.amocrm.reading.store import schedule
from smena.connectors.amocrm.reconciliation.context import Run
from smena.connectors.amocrm.reconciliation.core.compare import contents_sum
from smena.connectors.amocrm.reconciliation.core.plan import UNSORTED, Part
from smena.connectors.amocrm.reconciliation.core.unsorted import UnsortedDifference, differing
from smena.connectors.amocrm.reconciliation.store import runs as store
from smena.connectors.amocrm.translation import page
from smena.crm import actions as crm
from smena.crm.mirror.model import Contents
from smena.crm.mirror.queries import comparison, conversations
from smena.crm.model.conversations import Heard, Unsorted
from smena.crm.model.entities import Changes, Source
from smena.kernel.db import Tx

NOTHING = Changes(source=Source.API)
SETTLE = timedelta(seconds=90)


@dataclass(frozen=True, slots=True)
class Reading:
    """The whole list of open requests, and what the reading of it cost."""

    heard: Heard
    spent: Part


@dataclass(frozen=True, slots=True)
class Compared:
    found: UnsortedDifference
    still_open: list[Unsorted]
    contents: Contents


async def walk(run: Run, part: Part) -> None:
    """Read the list, note what differs."""
    reading = await _read(run, part)
    async with run.tenant() as tx:
        compared = await _compare(run, tx, reading)
        said = compared.contents
        moved = replace(
            reading.spent,
            page=part.page + 1,
            is_walked=True,
            there=len(said.told),
            held=len(compared.still_open),
            there_sum=contents_sum(said.told.values()),
            held_sum=contents_sum((*said.held.values(), *compared.found.surplus)),
        )
        if await store.save(tx, run.check, moved, read_page=part.page):
            await store.doubt(tx, run.check, part.number, compared.found.all, run.now + SETTLE)


async def look(run: Run, part: Part, numbers: Collection[int]) -> None:
    """Read the list again, count what of the doubted still differs, take the list in."""
    reading = await _read(run, replace(part, requests=0, seconds=0.0))
    async with run.tenant() as tx:
        ours = await store.still_there(tx, run.check, part.number, numbers)
        found = (await _compare(run, tx, reading)).found.among(ours)
        await store.forget(tx, run.check, part.number, ours)
        await crm.hear(tx, reading.heard)
        await store.count_found(
            tx,
            run.check,
            replace(
                reading.spent, missing=len(found.missing), stale=len(found.stale),
                surplus=len(found.surplus), healed=len(found.all),
            ),
        )  # fmt: skip


async def _read(run: Run, part: Part) -> Reading:
    whole = await run.read_whole(unsorted())
    told = page.page(UNSORTED, whole.items)
    heard = told.heard
    if whole.is_full and not told.spoiled:
        heard = replace(heard, unsorted_until=whole.began_at)
    if told.spoiled:
        async with run.tenant() as tx:
            await schedule.count_spoiled(tx, len(told.spoiled))
    spent = replace(
        part,
        requests=part.requests + whole.requests,
        seconds=part.seconds + whole.took.total_seconds(),
    )
    return Reading(heard, spent)


async def _compare(run: Run, tx: Tx, reading: Reading) -> Compared:
    told, is_whole = reading.heard.unsorted, reading.heard.unsorted_until is not None
    contents = await comparison.compare(tx, NOTHING, reading.heard)
    still_open = await conversations.open_unsorted(tx)
    found = differing(told, still_open, contents, run.crm_now, is_whole=is_whole)
    return Compared(found, still_open, contents)
