"""What one run of a check works with."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

from smena.connectors.amocrm.client import Client
from smena.connectors.amocrm.core.check import CheckId
from smena.connectors.amocrm.core.listing import Listing
from smena.connectors.amocrm.core.payload import Page
from smena.connectors.amocrm.share import Share
from smena.kernel.db import Tx
from smena.kernel.ids import AccountId
from smena.kernel.jobs import JobContext

SHARE = "amocrm.check"


@dataclass(frozen=True, slots=True)
class Pages:
    """A page with what it cost."""

    page: Page
    requests: int
    took: timedelta


@dataclass(frozen=True, slots=True)
class Run:
    """A check of one account, on this node."""

    context: JobContext
    account: AccountId
    client: Client
    check: CheckId
    share: Share

    @property
    def now(self) -> datetime:
        return self.context.now

    @property
    def crm_now(self) -> datetime:
        """The moment on amoCRM's own clock, as of its last answer."""
        return self.client.server_time or self.context.now

    def tenant(self) -> AbstractAsyncContextManager[Tx]:
        return self.context.db.tenant(self.account)

    async def read(self, listing: Listing, number: int = 1) -> Pages:
        """Read a page in the turn of the patient; "nothing" is believed when it is said twice."""
        started_at = await self.share.turn(SHARE)
        page, requests = await self.client.list_page(listing, number), 1
        if not page.items:
            await self.share.turn(SHARE)
            page, requests = await self.client.list_page(listing, number), 2
        return Pages(page, requests, self.context.now - started_at)
