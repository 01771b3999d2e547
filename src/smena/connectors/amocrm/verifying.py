"""Read back what amoCRM holds of items whose answer was lost."""

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import groupby

from smena.connectors.amocrm.client import LATER, Client
from smena.connectors.amocrm.core import came_true, outcome
from smena.connectors.amocrm.core.came_true import Held
from smena.connectors.amocrm.core.listing import IDS_MAX, by_ids
from smena.connectors.amocrm.core.outcome import Outcome
from smena.connectors.amocrm.core.outgoing import ADDRESSES, kind_of
from smena.crm.outbox import CREATIONS, Item, entity_of
from smena.kernel.errors import TryLater

PAGES_MAX = 20


def sorted_out(items: Sequence[Item]) -> tuple[list[list[Item]], list[list[Item]]]:
    """Return batches of changes and of creations, each of one kind and readable at once."""
    changes: list[list[Item]] = []
    creations: list[list[Item]] = []
    ordered = sorted(items, key=lambda item: entity_of(item.change)[0])
    for kind, same in groupby(ordered, key=lambda item: entity_of(item.change)[0]):
        found = list(same)
        pieces = creations if kind in CREATIONS else changes
        pieces += [found[start : start + IDS_MAX] for start in range(0, len(found), IDS_MAX)]
    return changes, creations


async def changes(client: Client, items: Sequence[Item]) -> Outcome:
    """Tell which changes of one kind have come true."""
    ids = [entity_of(item.change)[1] for item in items]
    page = await client.list_page(by_ids(ADDRESSES[kind_of(items)].collection, ids))
    return outcome.of_read_back(items, came_true.read(page.items))


async def creations(
    client: Client, items: Sequence[Item], taken: Collection[int], since: datetime
) -> Outcome:
    """Tell which creations of one kind have been made since; `taken` answer other wishes.

    A list that cannot be understood tells nothing: a creation must not be repeated because of it.
    """
    held: dict[int, Held] = {}
    for listing in came_true.listings(items, since):
        for number in range(1, PAGES_MAX + 1):
            page = await client.list_page(listing, number)
            read = came_true.read(page.items)
            if len(read) < len(page.items) or not all(map(came_true.is_readable, read.values())):
                raise TryLater("amoCRM's answer cannot be read: no moment of creation", after=LATER)
            held |= read
            if not page.has_next:
                break
    return outcome.of_creations(items, came_true.made(items, held, taken, since))
