"""amoCRM in the suite of all connectors."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import ClassVar

import httpx2

from smena.connectors.amocrm.api.auth import TypedToken
from smena.connectors.amocrm.api.client import Client, TransientError
from smena.connectors.amocrm.api.core.target import Target
from smena.connectors.amocrm.api.rate_limit import AMOCRM
from smena.connectors.amocrm.webhooks.consumer import SOURCE
from smena.connectors.kit.bounded_http import AnswerBounds
from smena.connectors.kit.rate_limiter import RateLimiter
from smena.kernel.clock import Clock
from smena.kernel.db import Database
from tests.connectors.amocrm.account import ACCOUNT, TOKEN
from tests.connectors.amocrm.stand import Stand, stand
from tests.connectors.amocrm.webhooks import test_endpoint as webhooks


@dataclass(frozen=True, slots=True)
class AmocrmAtWork:
    transient: ClassVar[type[Exception]] = TransientError
    made: Stand
    account = ACCOUNT
    source = SOURCE
    limit = AMOCRM.name

    async def send(self, body: bytes) -> int:
        return await webhooks.send(self.made, body)

    async def drain(self) -> None:
        await self.made.drain()

    def body(self, number: int) -> bytes:
        return webhooks.body(id=str(number))

    def malformed(self) -> bytes:
        return b'{"leads": {"add": [{"id": 1}]}}'

    async def ask(self, http: httpx2.AsyncClient, clock: Clock, bounds: AnswerBounds) -> None:
        pace = RateLimiter(self.made.db, clock, ACCOUNT, AMOCRM, 7.0)
        token = TypedToken(Target("https://acme.amocrm.ru", TOKEN))
        await Client(http, token, pace, bounds=bounds).send("PATCH", "/api/v4/leads", b"[]")


@contextlib.asynccontextmanager
async def amocrm(db: Database) -> AsyncIterator[AmocrmAtWork]:
    async with stand(db) as made:
        await made.connect()
        await made.load()
        yield AmocrmAtWork(made)
