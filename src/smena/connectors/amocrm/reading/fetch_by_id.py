"""Read what a webhook or an event only named: call notes, cards that were linked or removed."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from smena.connectors.amocrm.account_run import AccountRun
from smena.connectors.amocrm.api.client import ROOT, Client
from smena.connectors.amocrm.api.core.dialogue_payload import TalkJson
from smena.connectors.amocrm.api.core.listing import IDS_MAX, by_ids
from smena.connectors.amocrm.api.core.payload import read_one
from smena.connectors.amocrm.reading.ingest import ingest_page
from smena.connectors.amocrm.reading.related import ask_for_related
from smena.connectors.amocrm.reading.store import fetch_queue, schedule
from smena.connectors.amocrm.translation import parse
from smena.connectors.amocrm.translation.kinds import kind_of
from smena.connectors.amocrm.translation.people import users_by_name
from smena.crm.mirror.ingest import ingest
from smena.crm.mirror.queries import people as mirror_people
from smena.crm.model.entities import Changes, Removed, Source
from smena.crm.model.reading import Reading

AT_ONCE = 500
TALKS = "talks"
TALKS_AT_ONCE = 10
"""Each costs a request; the rest waits for the next poll, so that events do not wait for it."""
TRIES = 3
TRY_AGAIN = timedelta(seconds=3)
"""What is not there may be not there yet: nothing is believed gone by one look."""


async def fetch_due(run: AccountRun) -> None:
    """Read all that is asked for and due, in batches by list."""
    async with run.tenant() as tx:
        wanted = await fetch_queue.due(tx, run.now, AT_ONCE)
        names = users_by_name(await mirror_people.users(tx)) if wanted else parse.NOBODY
    for path, attempts in wanted.items():
        ids = sorted(attempts)
        step = TALKS_AT_ONCE if path == TALKS else IDS_MAX
        for start in range(0, len(ids) if path != TALKS else step, step):
            batch = {number: attempts[number] for number in ids[start : start + step]}
            await _read(run, path, batch, names)


async def _read(
    run: AccountRun,
    path: str,
    attempts: dict[int, int],
    names: parse.People,
) -> None:
    started_at = run.now
    parsed = parse.page(path, await _items(run.client, path, list(attempts)), names)
    missing = [number for number in attempts if number not in parsed.ids]
    later = [number for number in missing if attempts[number] + 1 < TRIES]
    gone = [number for number in missing if attempts[number] + 1 >= TRIES]
    async with run.tenant() as tx:
        await ingest_page(tx, parsed, run.now)
        gone_at = run.client.server_time or started_at  # theirs: it is compared with their moments
        lost = _gone(path, gone, gone_at)
        await ingest(tx, Reading(lost), run.now)
        await ask_for_related(tx, lost.removed, run.now)
        await fetch_queue.have_read(tx, path, [*parsed.ids, *gone], started_at)
        await fetch_queue.read_later(tx, path, later, run.now + TRY_AGAIN)
        await schedule.count_malformed(tx, len(parsed.malformed))


async def _items(client: Client, path: str, ids: Sequence[int]) -> Sequence[msgspec.Raw]:
    """Read by number: most lists take many at once, a talk is read alone."""
    if path != TALKS:
        return (await client.list_page(by_ids(path, ids))).items
    found = [await client.read(f"{ROOT}{TALKS}/{number}", (), one_talk) for number in ids]
    return [item for item in found if item is not None]


def one_talk(body: bytes) -> msgspec.Raw | None:
    """Return a talk as received, None for one that is not there."""
    if not body.strip():
        return None
    read_one(body, TalkJson)  # what is no talk at all is asked for again
    return msgspec.Raw(body)


def _gone(path: str, ids: Sequence[int], at: datetime) -> Changes:
    """Say that cards are in the bin; a note or a talk that is gone says nothing."""
    if path.endswith("/notes") or path == TALKS:
        return Changes(source=Source.API)
    kind = kind_of(path)
    return Changes(source=Source.API, removed=tuple(Removed(kind, number, at) for number in ids))
