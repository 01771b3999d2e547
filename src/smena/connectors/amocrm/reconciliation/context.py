"""What one run of a reconciliation works with."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from smena.connectors.amocrm.account_run import AccountRun
from smena.connectors.amocrm.api.background_quota import BackgroundQuota
from smena.connectors.amocrm.api.client import AccessLost
from smena.connectors.amocrm.api.core.listing import Listing
from smena.connectors.amocrm.api.core.payload import Page
from smena.connectors.amocrm.reading.people import PAGES_MAX
from smena.connectors.amocrm.reading.reference_data import OPTIONAL
from smena.connectors.amocrm.reconciliation.core.plan import ReconciliationId
from smena.connectors.amocrm.translation.parse import People

QUOTA = "amocrm.reconciliation"


@dataclass(frozen=True, slots=True)
class PricedPage:
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
class ReconciliationRun(AccountRun):
    """A run that compares; its requests wait for the background quota before anything else."""

    reconciliation: ReconciliationId
    quota: BackgroundQuota
    names: People

    async def leave(self) -> datetime:
        """Wait until a request of this work may leave; return that moment."""
        return await self.quota.turn(QUOTA)

    async def read(self, listing: Listing) -> PricedPage:
        """Read the only page of a list."""
        async for priced in self.pages(listing, most=1):
            return priced
        raise AssertionError("a list has a page")

    async def pages(
        self, listing: Listing, *, first: int = 1, most: int | None = None
    ) -> AsyncIterator[PricedPage]:
        """Read page by page, each request when the background quota lets it leave."""
        leaves: list[datetime] = []

        async def wait() -> None:
            leaves.append(await self.leave())

        pages = self.client.pages(listing, first=first, most=most, confirm_empty=True, before=wait)
        async for page in pages:
            yield PricedPage(page, len(leaves), self.now - leaves[0])
            leaves.clear()

    async def read_whole(self, listing: Listing) -> Whole:
        """Read a short list to its end."""
        items: list[msgspec.Raw] = []
        started_at, began_at, requests, is_full = self.now, self.crm_now, 0, False
        try:
            async for priced in self.pages(listing, most=PAGES_MAX):
                items += priced.page.items
                requests += priced.requests
                is_full = not priced.page.has_next
        except AccessLost as lost:
            if lost.status not in OPTIONAL:
                raise
            requests, is_full = requests + 1, False
        return Whole(tuple(items), requests, began_at, self.now - started_at, is_full)
