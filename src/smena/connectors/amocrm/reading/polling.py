"""Ask amoCRM for news: nothing is missed without webhooks, they only make us ask sooner.

Two purposes with an account job each, so that a hint need not wait behind lists of cards: `events`
reads the log and what it names; `cards` reads the lists of changed cards, the call notes, the
people.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from smena.accounts import actions as accounts
from smena.connectors.amocrm import account_run
from smena.connectors.amocrm.account_run import AccountRun
from smena.connectors.amocrm.api.client import Client
from smena.connectors.amocrm.api.core.listing import events_limit
from smena.connectors.amocrm.model import Connection
from smena.connectors.amocrm.reading import people, reference_data, unsorted
from smena.connectors.amocrm.reading.core.window import (
    Cursor,
    Stream,
    Window,
    advance,
    is_due,
    of_stream,
    window,
)
from smena.connectors.amocrm.reading.fetch_by_id import fetch_due
from smena.connectors.amocrm.reading.ingest import ingest_page
from smena.connectors.amocrm.reading.related import ask_for_leads_of, ask_for_related
from smena.connectors.amocrm.reading.store import cursors as cursor_rows
from smena.connectors.amocrm.reading.store import fetch_queue, first_load, schedule
from smena.connectors.amocrm.recent_rows import RecentRows
from smena.connectors.amocrm.store import connections, last_seen
from smena.connectors.amocrm.translation import parse
from smena.connectors.amocrm.translation.kinds import KINDS
from smena.connectors.amocrm.translation.parse import ParsedPage
from smena.connectors.amocrm.translation.people import users_by_name
from smena.crm import actions as crm
from smena.crm.mirror.ingest import ingest
from smena.crm.mirror.queries import conversations
from smena.crm.mirror.queries import people as mirror_people
from smena.crm.model.entities import Coverage
from smena.kernel.db import Tx
from smena.kernel.ids import AccountId
from smena.kernel.jobs.registry import JobContext

SPACING = timedelta(seconds=0.5)
"""At most two polls a second, however many hints come: the dispatcher needs the other requests."""
REST_MAX = timedelta(seconds=10)
PAGES_MAX = 400
NEWEST_FIRST = (Stream.EVENTS, Stream.LEADS, Stream.CONTACTS, Stream.COMPANIES)
COVERAGE = {Stream.EVENTS: Coverage.EVENTS} | {Stream(one.path): one.coverage for one in KINDS}


async def events(context: JobContext, account: AccountId) -> None:
    """Poll the log as long as a poll is due; a long poll is followed by as long a rest."""
    rest = timedelta(0)
    while True:
        async with context.db.tenant(account) as tx:
            connection, cursors = await connections.active(tx), await cursor_rows.cursors(tx)
        if connection is None or connection.next_poll_at > context.now:
            return
        cursor = cursors[Stream.EVENTS]
        if cursor.read_at is not None:
            rest = max(rest, SPACING - (context.now - cursor.read_at))
        await asyncio.sleep(max(0.0, rest.total_seconds()))
        started_at = context.now
        run = await account_run.begin(context, account)
        await _poll_events(run, connection, cursor)
        took = context.now - started_at
        rest = min(took, REST_MAX) if took > SPACING else timedelta(0)


async def cards(context: JobContext, account: AccountId) -> None:
    """Read each list of cards that is due, then the people when they are."""
    async with context.db.tenant(account) as tx:
        connection, cursors = await connections.active(tx), await cursor_rows.cursors(tx)
        names = users_by_name(await mirror_people.users(tx))
    if connection is None:
        return
    run = await account_run.begin(context, account)
    period, started_at = run.service.options.poll_period, context.now
    for cursor in cursors.values():
        if cursor.stream is not Stream.EVENTS and is_due(cursor, context.now, period):
            await _poll_cards(run, cursor, connection.clock_offset, names)
    await _people_when_due(run, connection)
    await _reference_data_when_due(run)
    await unsorted.read_when_due(run)
    async with context.db.tenant(account) as tx:
        await schedule.save_cards_read(tx, started_at + period)


async def _poll_events(run: AccountRun, connection: Connection, cursor: Cursor) -> None:
    started_at = run.now
    stretch = window(cursor, started_at, connection.clock_offset)
    seen = run.service.seen_by(run.account)
    pages = await _read(run.client, Stream.EVENTS, stretch, seen)
    clock_offset = (
        (run.client.server_time - run.now) if run.client.server_time else connection.clock_offset
    )
    fresh = [_unseen(parsed, seen) for parsed in pages]
    latest = parse.latest_seconds(at for parsed in pages for at in parsed.moments)
    moved = advance(cursor, stretch, latest, started_at, clock_offset)
    is_whole = stretch.to_seconds is None
    async with run.tenant() as tx:
        new_events = await _ingest(tx, fresh, run.now)
        await fetch_queue.ask(tx, {pair for parsed in fresh for pair in parsed.to_fetch}, run.now)
        await ask_for_related(
            tx, [item for parsed in fresh for item in parsed.changes.removed], run.now
        )
        await fetch_queue.ask(tx, await _talks_to_read(tx, fresh), run.now)
        if connection.load_finished_at is None:
            await first_load.step_back(tx, parse.lists_shortened(fresh))
        # The cursor before the connection, everywhere: another node may poll at the same time.
        await cursor_rows.save_cursors(tx, [moved])
        await _ask_for_strangers(tx, fresh, connection, run.now)
        if is_whole:
            await crm.complete_until(tx, Coverage.EVENTS, started_at)
        await schedule.save_poll(
            tx,
            started_at=started_at,
            next_poll_at=run.now + (run.service.options.poll_period if is_whole else timedelta(0)),
            complete_until=started_at if is_whole else None,
            clock_offset=clock_offset,
            malformed=_new_malformed(pages, seen),
        )
        took, news_at = run.now - started_at, started_at if new_events else None
        await last_seen.polled(tx, started_at, len(pages), took, news_at)
    for parsed in fresh:
        seen.remember((*parse.rows_of(parsed), *parsed.malformed))
    await fetch_due(run)


async def _poll_cards(
    run: AccountRun,
    cursor: Cursor,
    clock_offset: timedelta,
    names: parse.People,
) -> None:
    started_at = run.now
    stretch = window(cursor, started_at, clock_offset)
    seen = run.service.seen_by(run.account)
    pages = await _read(run.client, cursor.stream, stretch, seen, names)
    fresh = [_unseen(parsed, seen) for parsed in pages]
    latest = parse.latest_seconds(at for parsed in pages for at in parsed.moments)
    async with run.tenant() as tx:
        await _ingest(tx, fresh, run.now)
        tasks = [task for parsed in fresh for task in parsed.changes.tasks]
        await ask_for_leads_of(tx, tasks, run.now)
        await cursor_rows.save_cursors(
            tx, [advance(cursor, stretch, latest, started_at, clock_offset)]
        )
        await schedule.count_malformed(tx, _new_malformed(pages, seen))
        if await reference_data.has_strangers(tx, fresh, seen):
            await schedule.ask_for_reference_data(tx, run.now - reference_data.AT_MOST_EVERY)
        if cursor.stream in COVERAGE:
            await crm.complete_until(tx, COVERAGE[cursor.stream], started_at)
    for parsed in fresh:
        seen.remember((*parse.rows_of(parsed), *parsed.malformed))


async def _read(
    client: Client,
    stream: Stream,
    stretch: Window,
    seen: RecentRows,
    names: parse.People = parse.NOBODY,
) -> list[ParsedPage]:
    """Read a window page by page, as far as there can be news in it."""
    listing = of_stream(stream, stretch, events_limit(client.host))
    pages: list[ParsedPage] = []
    is_final = stretch.to_seconds is not None  # this stretch will not be read again
    async for page in client.pages(listing, most=PAGES_MAX, confirm_empty=is_final):
        parsed = parse.page(stream.value, page.items, names)
        pages.append(parsed)
        if stream in NEWEST_FIRST and _ends(parsed, stretch, seen):
            break
    return pages


def _ends(parsed: ParsedPage, stretch: Window, seen: RecentRows) -> bool:
    """Tell whether a list that comes newest first holds no news beyond this page.

    Where filters are ignored the page runs out of the window; and in a quick look a page of which
    everything is known ends it (once a minute the whole window is read, in whatever order). The
    log's order is promised nowhere: a page that does not go back in time is followed to the end.
    """
    if any(at.timestamp() < stretch.from_seconds for at in parsed.moments):
        return True
    if not parsed.moments or parsed.moments[0] <= parsed.moments[-1]:
        return False
    rows = parse.rows_of(parsed)
    return not stretch.is_deep and bool(rows) and not seen.unseen(rows)


def _unseen(parsed: ParsedPage, seen: RecentRows) -> ParsedPage:
    return parse.only(parsed, seen.unseen(parse.rows_of(parsed)))


def _new_malformed(pages: Sequence[ParsedPage], seen: RecentRows) -> int:
    """Count rows that could not be read; the same one in the next window is not counted again."""
    return len(seen.unseen([reason for parsed in pages for reason in parsed.malformed]))


async def _ingest(tx: Tx, pages: Sequence[ParsedPage], now: datetime) -> int:
    """Take pages into the mirror, oldest first; return how many events were news."""
    new_events = 0
    for page in reversed(pages):
        if not page.is_empty:
            new_events += (await ingest_page(tx, page, now)).new_events
    return new_events


async def _talks_to_read(tx: Tx, pages: Sequence[ParsedPage]) -> set[tuple[str, int]]:
    """Return the talks of messages that the mirror does not know: no list names them."""
    named = {
        message.talk
        for parsed in pages
        for message in parsed.conversations.messages
        if message.talk
    }
    known = await conversations.known_talks(tx, named) if named else set()
    return {("talks", int(talk)) for talk in named - known}


async def _ask_for_strangers(
    tx: Tx, pages: Sequence[ParsedPage], connection: Connection, now: datetime
) -> None:
    """Have the people read again when somebody acts whom we do not know."""
    authors = {author for parsed in pages for author in parsed.authors}
    if not authors or _is_recent(connection, now, people.AT_MOST_EVERY):
        return
    known = {user.id for user in await mirror_people.users(tx)}
    if authors - known:
        await schedule.ask_for_people(tx, now)


async def _people_when_due(run: AccountRun, connection: Connection) -> None:
    if _is_recent(connection, run.now, people.EVERY):
        return
    read, zone = await people.read(run.client)
    async with run.tenant() as tx:
        if zone:
            await accounts.note_time_zone(tx, zone)
        await ingest(tx, read, run.now)
        await crm.complete_until(tx, Coverage.PEOPLE, run.now)
        await schedule.save_people_read(tx, run.now)
        await schedule.count_malformed(tx, len(read.malformed))


async def _reference_data_when_due(run: AccountRun) -> None:
    async with run.tenant() as tx:
        connection = await connections.one(tx)
    if connection is None or not reference_data.is_due(connection.reference_data_at, run.now):
        return
    read = await reference_data.read(run.client)
    async with run.tenant() as tx:
        await ingest(tx, read, run.now)
        await schedule.save_reference_data_read(tx, run.now)
        await schedule.count_malformed(tx, len(read.malformed))


def _is_recent(connection: Connection, now: datetime, period: timedelta) -> bool:
    return connection.people_at is not None and now - connection.people_at < period
