"""The first load: every page is stored in one transaction with its place in the plan.

A kill at any page costs that page. Several slices are read at once, because with a slow answer the
number of requests under way, not the limit, would set the pace (distribution.md section 3, rule c).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from smena.connectors.amocrm import account_run
from smena.connectors.amocrm.account_run import AccountRun
from smena.connectors.amocrm.api.core.listing import events_limit
from smena.connectors.amocrm.reading import people, reference_data, unsorted
from smena.connectors.amocrm.reading.core.first_load import (
    WHOLE,
    LoadStage,
    Slice,
    after_page,
    of_slice,
)
from smena.connectors.amocrm.reading.ingest import ingest_page
from smena.connectors.amocrm.reading.store import first_load, schedule
from smena.connectors.amocrm.store import connections
from smena.connectors.amocrm.translation import parse
from smena.connectors.amocrm.translation.parse import ParsedPage
from smena.connectors.amocrm.translation.people import users_by_name
from smena.connectors.kit.rate_limiter import Purpose
from smena.crm.mirror.ingest import ingest
from smena.crm.mirror.queries import people as mirror_people
from smena.crm.model.reading import Reading
from smena.kernel.concurrency import together
from smena.kernel.db import Tx
from smena.kernel.ids import AccountId
from smena.kernel.jobs.registry import JobContext

UNDER_WAY = 8

log = structlog.get_logger(__name__)


async def load(context: JobContext, account: AccountId) -> None:
    """Go on with an account's first load until it is done."""
    async with context.db.tenant(account) as tx:
        connection = await connections.active(tx)
        work = await first_load.slices(tx)
    if connection is None or connection.load_finished_at is not None:
        return
    run = await account_run.begin(context, account, Purpose.BULK, for_load=True)
    while left := [one for one in work if not one.is_done]:
        for one in [slice_ for slice_ in left if slice_.stage in WHOLE]:
            await READERS[one.stage](run, one)
        rest = [one for one in left if one.stage not in WHOLE]
        await _slices(run, rest)
        async with context.db.tenant(account) as tx:
            work = await first_load.slices(tx)
    async with context.db.tenant(account) as tx:
        await first_load.finish(tx, context.now)
    log.info("first_load_done", account=account)


async def _people(run: AccountRun, one: Slice) -> None:
    read, _zone = await people.read(run.client)
    changes = read.changes
    rows = len(changes.users) + len(changes.groups) + len(changes.pipelines)
    async with run.tenant() as tx:
        await _whole(run, tx, one, read, rows)
        await schedule.save_people_read(tx, run.now)


async def _reference_data(run: AccountRun, one: Slice) -> None:
    read = await reference_data.read(run.client)
    async with run.tenant() as tx:
        await _whole(run, tx, one, read, len(read.reference_data.entries))
        await schedule.save_reference_data_read(tx, run.now)


async def _unsorted(run: AccountRun, one: Slice) -> None:
    read = await unsorted.read(run.client, run.now)
    async with run.tenant() as tx:
        await _whole(run, tx, one, read, len(read.conversations.unsorted))


async def _whole(run: AccountRun, tx: Tx, one: Slice, read: Reading, rows: int) -> None:
    """Take in what was read in one piece, with its place in the plan."""
    await ingest(tx, read, run.now)
    await first_load.save(tx, replace(one, page=2, rows=rows, is_done=True), read_page=one.page)
    await schedule.count_malformed(tx, len(read.malformed))


async def _slices(run: AccountRun, left: Sequence[Slice]) -> None:
    """Let a few readers take slices in the order of their turn."""
    async with run.tenant() as tx:
        names = users_by_name(await mirror_people.users(tx))
    waiting = list(reversed(left))

    async def reader() -> None:
        while waiting:
            await _slice(run, waiting.pop(), names)

    await together([reader() for _ in range(min(UNDER_WAY, len(waiting)))])


async def _slice(
    run: AccountRun,
    one: Slice,
    names: parse.People,
) -> None:
    listing = of_slice(one, events_limit(run.client.host))
    async for page in run.client.pages(listing, first=one.page, confirm_empty=True):
        parsed = parse.page(one.path, page.items, names)
        read, one = one, after_page(one, parsed.moments, len(page.items), has_next=page.has_next)
        async with run.tenant() as tx:
            await _ingest(tx, parsed, run.now)  # the mirror is locked first, as polling does
            if not await first_load.save(tx, one, read_page=read.page):
                return


async def _ingest(tx: Tx, page: ParsedPage, now: datetime) -> None:
    """Take a page; who is in the bin is told by the lists of cards, which are read later."""
    await ingest_page(tx, replace(page, changes=replace(page.changes, removed=())), now)
    await schedule.count_malformed(tx, len(page.malformed))


READERS = {
    LoadStage.PEOPLE: _people,
    LoadStage.LISTS: _reference_data,
    LoadStage.UNSORTED: _unsorted,
}
