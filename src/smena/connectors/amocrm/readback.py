"""Read what a webhook or an event only named: call notes, cards that were linked or removed."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from smena.connectors.amocrm.client import Client
from smena.connectors.amocrm.core import people, translate
from smena.connectors.amocrm.core.listing import IDS_MAX, by_ids
from smena.connectors.amocrm.neighbours import ask_for_neighbours
from smena.connectors.amocrm.store import link
from smena.connectors.amocrm.store import unread as asked
from smena.crm import actions as crm
from smena.crm import queries as crm_queries
from smena.crm.model import Changes, Removed, Source
from smena.kernel.ids import AccountId
from smena.kernel.jobs import JobContext

AT_ONCE = 500
TRIES = 3
TRY_AGAIN = timedelta(seconds=3)
"""What is not there may be not there yet: nothing is believed gone by one look."""


async def read_unread(context: JobContext, account: AccountId, client: Client) -> None:
    """Read all that is asked for and due, in batches by list."""
    async with context.db.tenant(account) as tx:
        wanted = await asked.unread(tx, context.now, AT_ONCE)
        names = people.named(await crm_queries.users(tx)) if wanted else translate.NOBODY
    for path, attempts in wanted.items():
        ids = sorted(attempts)
        for start in range(0, len(ids), IDS_MAX):
            batch = {number: attempts[number] for number in ids[start : start + IDS_MAX]}
            await _read(context, account, client, path, batch, names)


async def _read(
    context: JobContext,
    account: AccountId,
    client: Client,
    path: str,
    attempts: dict[int, int],
    names: translate.People,
) -> None:
    started_at = context.now
    page = await client.list_page(by_ids(path, list(attempts)))
    told = translate.page(path, page.items, names)
    missing = [number for number in attempts if number not in told.ids]
    later = [number for number in missing if attempts[number] + 1 < TRIES]
    gone = [number for number in missing if attempts[number] + 1 >= TRIES]
    async with context.db.tenant(account) as tx:
        await crm.absorb(tx, told.changes, now=context.now)
        await crm.learn(tx, told.directory)
        gone_at = client.server_time or started_at  # theirs: it is compared with their moments
        lost = _gone(path, gone, gone_at)
        await crm.absorb(tx, lost, now=context.now)
        await ask_for_neighbours(tx, lost.removed, context.now)
        await asked.have_read(tx, path, [*told.ids, *gone], started_at)
        await asked.read_later(tx, path, later, context.now + TRY_AGAIN)
        await link.count_spoiled(tx, len(told.spoiled))


def _gone(path: str, ids: Sequence[int], at: datetime) -> Changes:
    """Say that cards are in the bin; a note that is gone says nothing."""
    if path.endswith("/notes"):
        return Changes(source=Source.API)
    kind = translate.kind_of(path)
    return Changes(source=Source.API, removed=tuple(Removed(kind, number, at) for number in ids))
