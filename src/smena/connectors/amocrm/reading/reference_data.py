"""Reference data: fields, tags, roles, loss reasons, sources, types of tasks.

They are read whole: at the start, once an hour, and when a card names something unknown. A list
that this account or this integration does not have keeps nobody from reading the others.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from smena.connectors.amocrm.api.client import FORBIDDEN as SHUT_OUT
from smena.connectors.amocrm.api.client import NOT_PAID, AccessLost, Client
from smena.connectors.amocrm.api.core.listing import Listing, short
from smena.connectors.amocrm.api.core.payload import Rows, read_one
from smena.connectors.amocrm.api.core.reference_payload import TaskTypesOfAccountJson
from smena.connectors.amocrm.reading.people import ACCOUNT_PATH, whole_list
from smena.connectors.amocrm.recent_rows import RecentRows
from smena.connectors.amocrm.translation import reference_data
from smena.connectors.amocrm.translation.parse import ParsedPage
from smena.crm.mirror.queries import reference_data as mirror_reference_data
from smena.crm.model.reading import Reading
from smena.crm.model.reference_data import ReferenceEntry, joined
from smena.kernel.db import Tx

EVERY = timedelta(hours=1)
AT_MOST_EVERY = timedelta(minutes=1)
OPTIONAL = (NOT_PAID, SHUT_OUT)
WITH_TASK_TYPES = (("with", "task_types"),)


async def read(client: Client) -> Reading:
    """Read all short lists."""
    types = await task_types(client)
    parts, malformed = (
        [reference_data.reference_data(reference_data.TASK_TYPES, types)],
        list(types.malformed),
    )
    for path, which in reference_data.REFERENCE_LISTS.items():
        rows = await _rows(client, short(path))
        parts.append(reference_data.reference_data(which, rows))
        malformed += rows.malformed
    return Reading(reference_data=joined(parts), malformed=tuple(malformed))


async def task_types(client: Client) -> Rows[ReferenceEntry]:
    account = await client.read(
        ACCOUNT_PATH, WITH_TASK_TYPES, lambda body: read_one(body, TaskTypesOfAccountJson)
    )
    return reference_data.task_types(account)


async def _rows(client: Client, listing: Listing) -> Rows[ReferenceEntry]:
    try:
        items = await whole_list(client, listing)
    except AccessLost as lost:
        if lost.status not in OPTIONAL:
            raise
        return Rows()  # a part of the API that is closed to us; the rest tells whether all is
    return reference_data.entries(listing.path, items)


async def has_strangers(tx: Tx, pages: Iterable[ParsedPage], seen: RecentRows) -> bool:
    """Tell whether cards name something that no list holds; each is asked about once."""
    named = {pair for parsed in pages for pair in reference_data.named(parsed.changes)}
    fresh = seen.unseen(named)
    if not fresh:
        return False
    seen.remember(fresh)
    strangers = False
    for which in {which for which, _ in named}:
        numbers = {number for of, number in named if of == which and (of, number) in fresh}
        known = await mirror_reference_data.known_entries(tx, which, numbers) if numbers else set()
        strangers = strangers or bool(numbers - known)
    return strangers


def is_due(read_at: datetime | None, now: datetime) -> bool:
    return read_at is None or now - read_at >= EVERY
