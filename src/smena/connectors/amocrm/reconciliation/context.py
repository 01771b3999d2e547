"""What one run of a reconciliation works with."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from smena.connectors.amocrm.api.background_quota import BackgroundQuota
from smena.connectors.amocrm.api.client import AccessLost, Client
from smena.connectors.amocrm.api.core.listing import Listing
from smena.connectors.amocrm.api.core.payload import Page
from smena.connectors.amocrm.reading.people import PAGES_MAX
from smena.connectors.amocrm.reading.reference_data import OPTIONAL
from smena.connectors.amocrm.reconciliation.core.plan import ReconciliationId
from smena.connectors.amocrm.translation.page import People
from smena.kernel.db import Tx
from smena.kernel.ids import AccountId
from smena.kernel.jobs.registry import JobContext

SHARE = "amocrm.reconciliation"


@dataclass(frozen=True, slots=True)
class Pages:
    """A page with what it cost."""

    page: Page
    requests: int
    took: timedelta


@dataclass(frozen=True, slots=True)
class Whole:
    """A list read from its beginning; `is_full`: to its end, and not closed to us."""

    items: tuple[msgspec.Raw, ...]
    requests: int
    began_at: datetime
    took: timedelta
    is_full: bool


@dataclass(frozen=True, slots=True)
class Run:
    """A check of one account, on this node."""

    context: JobContext
    account: AccountId
    client: Client
    reconciliation: ReconciliationId
    share: BackgroundQuota
    names: People

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
        """Read a page within the background quota; "nothing" is believed when said twice."""
        started_at = await self.share.turn(SHARE)
        page, requests = await self.client.list_page(listing, number), 1
        if not page.items:
            await self.share.turn(SHARE)
            page, requests = await self.client.list_page(listing, number), 2
        return Pages(page, requests, self.context.now - started_at)

    async def read_whole(self, listing: Listing) -> Whole:
        """Read a list to its end, each page in its turn."""
        items: list[msgspec.Raw] = []
        started_at, began_at, requests, is_full = self.now, self.crm_now, 0, False
        for number in range(1, PAGES_MAX + 1):
            try:
                pages = await self.read(listing, number)
            except AccessLost as lost:
                if lost.status not in OPTIONAL:
                    raise
                requests += 1
                break
            items += pages.page.items
            requests += pages.requests
            if is_full := not pages.page.has_next:
                break
        return Whole(tuple(items), requests, began_at, self.now - started_at, is_full)
