"""An account of the emulator, a database and the connector between them, for tests.

The jobs are run by hand, one after another, so a test says what happens when. The clock is the
machine's plus an offset that a test may move: what is due later is due now.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from litestar import Litestar
from litestar.datastructures import State

from amocrm_emulator.account.crm import Crm
from amocrm_emulator.serving.listener import Listener
from amocrm_emulator.serving.server import Emulator
from smena.connectors.amocrm.connecting.connect import Request, connect_by_token
from smena.connectors.amocrm.model import Connected
from smena.connectors.amocrm.reading import first_load, polling
from smena.connectors.amocrm.reading.store import schedule
from smena.connectors.amocrm.service import AmocrmService, Options
from smena.connectors.amocrm.webhooks import consumer
from smena.connectors.amocrm.webhooks.endpoint import receive
from smena.connectors.amocrm.writing import dispatcher
from smena.kernel.clock import SystemClock
from smena.kernel.crypto import Vault
from smena.kernel.db import Database
from smena.kernel.http import new_client
from smena.kernel.inbox import Inbox
from smena.kernel.jobs.registry import JobContext
from tests.connectors.amocrm.account import ACCOUNT, SPEC, TOKEN


class MovedClock:
    """The machine's clock, moved ahead by hand."""

    def __init__(self) -> None:
        self._clock = SystemClock()
        self.offset = timedelta(0)

    def now(self) -> datetime:
        return self._clock.now() + self.offset


@dataclass(slots=True)
class Stand:
    """Both sides of the border, and the steps of the connector by name."""

    db: Database
    emulator: Emulator
    service: AmocrmService
    clock: MovedClock
    inbox: Inbox
    webhooks_url: str
    webhooks: dict[str, int] = field(default_factory=dict)

    @property
    def crm(self) -> Crm:
        return self.emulator.crm

    @property
    def context(self) -> JobContext:
        return JobContext(self.db, self.clock, {AmocrmService: self.service})

    def now(self) -> int:
        return self.crm.clock.now()

    def forget_own_address(self) -> None:
        """Be an installation that amoCRM cannot reach."""
        self.service = replace(self.service, options=replace(self.service.options, public_url=""))

    async def connect(
        self, *, load: float | None = 0, every_day: float | None = 0, through: str | None = None
    ) -> Connected:
        asked = Request(through or self.emulator.url, TOKEN, every_day, load)
        found = await connect_by_token(self.db, self.clock, self.service, asked)
        assert isinstance(found, Connected), found
        return found

    async def load(self) -> None:
        await first_load.load(self.context, ACCOUNT)

    def age_everything(self, *, by_seconds: int) -> None:
        """Make all that is in the CRM so much older."""
        store = self.crm.store
        for kind in ("leads", "contacts", "companies", "tasks", "notes", "talks", "unsorted"):
            for doc in store.docs("SELECT doc FROM entity WHERE kind = ?", [kind]):
                told = ("created_at", "updated_at")
                moved = {name: doc[name] - by_seconds for name in told if name in doc}
                store.run(
                    "UPDATE entity SET doc = ?, created_at = created_at - ?,"
                    " updated_at = updated_at - ? WHERE kind = ? AND id = ?",
                    json.dumps(doc | moved), by_seconds, by_seconds, kind,
                    doc.get("id") or doc["talk_id"],
                )  # fmt: skip

    async def drain(self) -> None:
        await consumer.drain(self.context, ACCOUNT)

    async def settle(self, rounds: int = 4) -> None:
        """Let everything that is due happen, and what would be due within a few minutes."""
        for _ in range(rounds):
            await self.step()
            self.clock.offset += timedelta(seconds=61)
            async with self.db.tenant(ACCOUNT) as tx:
                await schedule.hint(tx, self.clock.now())

    async def step(self) -> None:
        """Run each account job of the connector once."""
        await self.drain()
        await polling.events(self.context, ACCOUNT)
        await polling.cards(self.context, ACCOUNT)
        await self.deliver()

    async def deliver(self) -> None:
        await dispatcher.dispatch(self.context, ACCOUNT)

    def requests(self) -> int:
        """Count all requests that have reached the CRM."""
        return sum(self.emulator.limiter.requests.values())

    def writes_of_leads(self) -> int:
        """Count changes of a responsible that took effect in the CRM."""
        (row,) = self.crm.store.rows(
            "SELECT count(*) FROM event WHERE type = 'entity_responsible_changed'"
        )
        return int(row[0])


@contextlib.asynccontextmanager
async def stand(
    db: Database, crm: Crm | None = None, *, per_second: int | None = None, **options: Any
) -> AsyncIterator[Stand]:
    """Start an emulator and the webhook receiver; nothing is connected yet.

    A first load goes a day back: what is about longer ones asks for `history_days`.
    """
    account = crm or Crm.create(None, SPEC)
    options.setdefault("history_days", 1)
    clock = MovedClock()
    async with (
        Emulator(account, per_second=per_second) as emulator,
        new_client() as http,
    ):
        inbox = Inbox(db, lambda _accounts: None)
        vault = Vault("test key of the stand")
        app = copy(_receiver())
        listener = Listener(app, "127.0.0.1", 0, None)
        service = AmocrmService(http, vault, Options(public_url=listener.url, **options))
        made = Stand(db, emulator, service, clock, inbox, listener.url)
        services = {"amocrm": made.service, "inbox": made.inbox}
        app.state = State({"db": db, "clock": clock, "services": services}, deep_copy=False)
        serving = asyncio.create_task(listener.serve())
        try:
            yield made
        finally:
            listener.end()
            await serving
            listener.close()
    account.close()


@cache
def _receiver() -> Litestar:
    """Return the webhook receiver without its state: registering routes takes long."""
    return Litestar([receive], openapi_config=None, logging_config=None)
