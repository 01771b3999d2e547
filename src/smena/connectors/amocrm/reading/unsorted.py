"""Requests not yet sorted: the list of the open ones is read whole, once a minute.

Whoever left it was accepted or declined; a webhook says which, else the request's lead does. An
account may lack the feature: that keeps nobody from reading the rest.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from smena.connectors.amocrm.account_run import AccountRun
from smena.connectors.amocrm.api.client import AccessLost, Client
from smena.connectors.amocrm.api.core.listing import unsorted
from smena.connectors.amocrm.reading.reference_data import OPTIONAL
from smena.connectors.amocrm.reading.store import schedule
from smena.connectors.amocrm.store import connections
from smena.connectors.amocrm.translation import parse
from smena.crm.mirror.ingest import ingest
from smena.crm.model.conversations import Conversations
from smena.crm.model.reading import Reading

EVERY = timedelta(minutes=1)
PAGES_MAX = 40


async def read(client: Client, now: datetime) -> Reading:
    """Read the list from its beginning; whole, it also tells who is no longer in it."""
    pages: list[parse.ParsedPage] = []
    has_next = True
    try:
        async for page in client.pages(unsorted(), most=PAGES_MAX):
            pages.append(parse.page("leads/unsorted", page.items))
            has_next = page.has_next
    except AccessLost as lost:
        if lost.status not in OPTIONAL:
            raise
        return Reading()
    malformed = tuple(reason for one in pages for reason in one.malformed)
    requests = tuple(request for one in pages for request in one.conversations.unsorted)
    is_whole = not malformed and not has_next
    conversations = Conversations(unsorted=requests)
    if is_whole:
        conversations = replace(conversations, unsorted_until=now)
    return Reading(conversations=conversations, malformed=malformed)


async def read_when_due(run: AccountRun) -> None:
    async with run.tenant() as tx:
        connection = await connections.one(tx)
    started_at = run.now
    if connection is None:
        return
    if connection.unsorted_at is not None and started_at - connection.unsorted_at < EVERY:
        return
    # The moment is theirs: it is compared with the moments of their requests.
    found = await read(run.client, started_at + connection.clock_offset)
    async with run.tenant() as tx:
        await ingest(tx, found, started_at)
        await schedule.save_unsorted_read(tx, started_at)
        await schedule.count_malformed(tx, len(found.malformed))
