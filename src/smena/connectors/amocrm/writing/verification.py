"""Read back what amoCRM holds of items whose answer was lost."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from smena.connectors.amocrm.api.client import Client
from smena.connectors.amocrm.api.core.listing import IDS_MAX, Listing, by_ids
from smena.connectors.amocrm.writing.core import response, verification
from smena.connectors.amocrm.writing.core.request import ADDRESSES, kind_of
from smena.connectors.amocrm.writing.core.response import Outcome
from smena.connectors.amocrm.writing.core.verification import Cards, Held
from smena.crm.outbox.model import CREATIONS, Item, Sentinel, entity_of
from smena.kernel.errors import TryLater

PAGES_MAX = 20
UNPROVEN_LOOKS = 4
"""How often a list is asked that nothing known could prove whole, before nothing is believed."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the mirror knows: what answers other commands, and what a truthful list shows."""

    taken: Collection[int]
    known: Mapping[Cards, Sequence[Sentinel]]


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
    return response.of_read_back(items, verification.read(page.items))


async def creations(
    client: Client, items: Sequence[Item], facts: Facts, since: datetime
) -> Outcome:
    """Tell which creations of one kind have been made since.

    A list that cannot be understood, or does not show what is known to be there, tells nothing of
    what it lacks: that is unknown, and must not be repeated because of it. Where nothing is known
    to be there, an empty list is asked several times before it is believed.
    """
    held: dict[int, Held] = {}
    is_whole = True
    for look in verification.probes(items, since, facts.known):
        found = await _found(client, look.listing)
        if not look.sentinels:
            for _ in range(UNPROVEN_LOOKS - 1):
                if found != {}:
                    break
                found = await _found(client, look.listing)
        is_whole &= found is not None and not (look.sentinels and look.sentinels.isdisjoint(found))
        held |= found or {}
    made = verification.match_created(items, held, facts.taken, since)
    return response.of_creations(items, made, is_whole=is_whole)


async def _found(client: Client, listing: Listing) -> dict[int, Held] | None:
    """Return all that a list shows; None when it cannot be read to its end."""
    held: dict[int, Held] = {}
    try:
        async for page in client.pages(listing, most=PAGES_MAX):
            read = verification.read(page.items)
            if len(read) < len(page.items) or not all(map(verification.is_readable, read.values())):
                return None
            held |= read
            if not page.has_next:
                return held
    except TryLater:
        return None
    return None
