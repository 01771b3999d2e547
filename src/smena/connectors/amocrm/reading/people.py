"""People, groups and pipelines: lists that are read whole; and in which zone the account counts.

At the start, every ten minutes, and when somebody unknown acts.
"""

from datetime import timedelta
from typing import NamedTuple

import msgspec

from smena.connectors.amocrm.api.client import Client
from smena.connectors.amocrm.api.core.listing import Listing, pipelines, users
from smena.connectors.amocrm.api.core.payload import AccountJson, read_one
from smena.connectors.amocrm.translation import parse, people
from smena.crm.model.reading import Reading

EVERY = timedelta(minutes=10)
AT_MOST_EVERY = timedelta(seconds=30)
PAGES_MAX = 100
ACCOUNT_PATH = "/api/v4/account"
ACCOUNT_WITH = (("with", "datetime_settings,users_groups"),)


class PeopleRead(NamedTuple):
    """What the lists say, and the account's zone."""

    reading: Reading
    time_zone: str
    """Empty when the account does not tell one that exists."""


async def read(client: Client) -> PeopleRead:
    """Read all three lists."""
    json = await client.read(ACCOUNT_PATH, ACCOUNT_WITH, lambda body: read_one(body, AccountJson))
    _identity, groups = people.account(json)
    stages = await client.list_page(pipelines())
    parsed = parse.whole_lists(await whole_list(client, users()), stages.items, groups)
    return PeopleRead(parsed, people.account_zone(json))


async def whole_list(client: Client, listing: Listing) -> list[msgspec.Raw]:
    """Read a list to its end."""
    pages = client.pages(listing, most=PAGES_MAX)
    return [item async for page in pages for item in page.items]
