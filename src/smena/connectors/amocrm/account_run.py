"""One run of a job for one account: where it reads and writes, and what time it is."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime

from smena.connectors.amocrm.api.client import Client
from smena.connectors.amocrm.service import AmocrmService
from smena.connectors.kit.rate_limiter import Purpose
from smena.kernel.db import Tx
from smena.kernel.ids import AccountId
from smena.kernel.jobs.registry import JobContext


@dataclass(frozen=True, slots=True)
class AccountRun:
    """What the readers and writers of a run work with."""

    context: JobContext
    account: AccountId
    client: Client

    @property
    def now(self) -> datetime:
        return self.context.now

    @property
    def crm_now(self) -> datetime:
        """The moment on amoCRM's own clock, as of its last answer."""
        return self.client.server_time or self.now

    @property
    def service(self) -> AmocrmService:
        return self.context.service(AmocrmService)

    def tenant(self) -> AbstractAsyncContextManager[Tx]:
        return self.context.db.tenant(self.account)


async def begin(
    context: JobContext,
    account: AccountId,
    purpose: Purpose = Purpose.POLLING,
    *,
    for_load: bool = False,
) -> AccountRun:
    """Begin a run with a client of its own; raise `GiveUp` where no account is connected."""
    service = context.service(AmocrmService)
    client = await service.client(context.db, context.clock, account, purpose, for_load=for_load)
    return AccountRun(context, account, client)
