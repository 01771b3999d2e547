"""Read the event log back to a chosen date, in the background, behind everything else.

A page is absorbed in one transaction with its place, so a kill costs that page. It gives way: its
requests go last within the account's limit, and it rests between them.
"""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from smena.accounts import queries as accounts
from smena.connectors.amocrm import account_run
from smena.connectors.amocrm.account_run import AccountRun
from smena.connectors.amocrm.api.client import Client
from smena.connectors.amocrm.api.core.listing import events_limit
from smena.connectors.amocrm.api.core.payload import Page
from smena.connectors.amocrm.reading import queries
from smena.connectors.amocrm.reading.core import history as core
from smena.connectors.amocrm.reading.core.first_load import of_slice
from smena.connectors.amocrm.reading.core.history import History, Unwanted
from smena.connectors.amocrm.reading.ingest import ingest_page
from smena.connectors.amocrm.reading.store import history as store
from smena.connectors.amocrm.reading.store import schedule
from smena.connectors.amocrm.store import connections
from smena.connectors.amocrm.translation import parse
from smena.connectors.kit.rate_limiter import Purpose
from smena.kernel.db import Tx
from smena.kernel.ids import AccountId
from smena.kernel.jobs.enqueue import wake
from smena.kernel.jobs.registry import JobContext

PAGES_AT_ONCE = 30
"""After so many pages other work gets this worker's place."""
REST_SECONDS = 0.7

log = structlog.get_logger(__name__)


async def ask(tx: Tx, text: str, now: datetime) -> History | Unwanted:
    """Want the history back to a date of the account's calendar."""
    zone = ZoneInfo((await accounts.account(tx)).time_zone)
    from_at = core.beginning(text, zone, now)
    if isinstance(from_at, Unwanted):
        return from_at
    known, loaded_from = await store.locked(tx), await queries.loaded_from(tx)
    asked = core.wanted(from_at, known, loaded_from or now, now)
    await store.save(tx, asked)
    await wake(tx, "amocrm.history", tx.account)
    return asked


async def pause(tx: Tx) -> None:
    """Stop reading until somebody goes on."""
    if known := await store.locked(tx):
        await store.save(tx, replace(known, is_paused=True))


async def go_on(tx: Tx, now: datetime) -> None:
    """Read on; the time left is told anew from here."""
    if known := await store.locked(tx):
        await store.save(
            tx, replace(known, is_paused=False, begun_at=known.read_to, started_at=now)
        )
        await wake(tx, "amocrm.history", tx.account)


async def read(context: JobContext, account: AccountId) -> None:
    """Read some pages; whoever has more to read is woken again."""
    run = await account_run.begin(context, account, Purpose.BULK)
    for _ in range(PAGES_AT_ONCE):
        async with run.tenant() as tx:
            known, connection = await queries.history(tx), await connections.active(tx)
        if known is None or known.is_paused or known.finished_at is not None:
            return
        if connection is None or connection.load_finished_at is None:
            return
        started_at = run.now
        page = await _page(run.client, known)
        if not await _ingest(run, known, page):
            return
        if connection.requests_per_second != 0:  # 0: nobody counts
            took = (run.now - started_at) / timedelta(seconds=1)
            await asyncio.sleep(max(REST_SECONDS, took))


async def _page(client: Client, known: History) -> Page:
    listing = of_slice(core.stretch(known), events_limit(client.host))
    return await client.list_page(listing, known.page, confirm_empty=True)


async def _ingest(run: AccountRun, read: History, page: Page) -> bool:
    """Take a page with its place; False when somebody else has moved on meanwhile."""
    parsed = parse.page("events", page.items)
    async with run.tenant() as tx:
        held = await store.locked(tx)
        if held is None or (held.read_to, held.page) != (read.read_to, read.page):
            return False
        if held.from_at != read.from_at:
            return True  # another date was chosen: the stretch may be another one
        moved = core.after_page(held, len(page.items), run.now, has_next=page.has_next)
        # Who is in the bin is told by the lists of cards, not by events of long ago.
        past = replace(
            parsed,
            changes=replace(parsed.changes, removed=()),
            conversations=replace(parsed.conversations, dropped=()),
        )
        await ingest_page(tx, past, run.now)
        await schedule.count_malformed(tx, len(parsed.malformed))
        await store.save(tx, moved)
    if moved.finished_at is not None:
        log.info("history_read", account=run.account, events=moved.rows)
    return True
