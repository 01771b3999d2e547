"""What a connector shows to the suite that all connectors pass; the next one adds itself below."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

import httpx2

from smena.connectors.kit.bounded_http import AnswerBounds
from smena.kernel.clock import Clock
from smena.kernel.db import Database
from smena.kernel.ids import AccountId
from tests.connectors.conformance.amocrm import AmocrmAtWork, amocrm


class AtWork(Protocol):
    """A connector with one account that is connected and loaded."""

    account: AccountId
    source: str
    limit: str

    async def send(self, body: bytes) -> int:
        """Bring a body as the other side does; return how it was answered."""

    async def drain(self) -> None:
        """Understand what waits."""

    def body(self, number: int) -> bytes:
        """Return a body that tells of a card."""

    def malformed(self) -> bytes:
        """Return a body that cannot be understood."""

    async def ask(self, http: httpx2.AsyncClient, clock: Clock, bounds: AnswerBounds) -> None:
        """Make one request that is not repeated; raise what the connector's callers meet."""


@dataclass(frozen=True, slots=True)
class Connector:
    """`transient` is raised when nobody knows what became of a request."""

    name: str
    at_work: Callable[[Database], AbstractAsyncContextManager[AtWork]]
    transient: type[Exception]


CONNECTORS = (Connector("amocrm", amocrm, AmocrmAtWork.transient),)
