"""People, groups and pipelines: lists that are read whole.

At the start, every ten minutes, and when somebody unknown acts.
"""

from datetime import timedelta

import msgspec

from smena.connectors.amocrm.client import Client
from smena.connectors.amocrm.core import people, translate
from smena.connectors.amocrm.core.listing import Listing, pipelines, users
from smena.connectors.amocrm.core.payload import AccountJson, read_one
from smena.crm.model import Changes

EVERY = timedelta(minutes=10)
AT_MOST_EVERY = timedelta(seconds=30)
PAGES_MAX = 100
ACCOUNT_PATH = "/api/v4/account"
ACCOUNT_WITH = (("with", "datetime_settings,users_groups"),)


async def read(client: Client) -> tuple[Changes, tuple[str, ...]]:
    """Read all three lists; return the changes and the reasons of rows that were set aside."""
    json = await client.read(ACCOUNT_PATH, ACCOUNT_WITH, lambda body: read_one(body, AccountJson))
    _identity, groups = people.account(json)
    stages = await client.list_page(pipelines())
    return translate.roster(await whole_list(client, users()), stages.items, groups)


async def whole_list(client: Client, listing: Listing) -> list[msgspec.Raw]:
    """Read a list to its end."""
    items: list[msgspec.Raw] = []
    for number in range(1, PAGES_MAX + 1):
        page = await client.list_page(listing, number)
        items += page.items
        if not page.has_next:
            break
    return items
