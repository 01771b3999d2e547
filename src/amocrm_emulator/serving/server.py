"""The emulator as a running thing: the API on a port, the sender of webhooks, perhaps a team.

`async with Emulator(crm) as emulator:` serves tests; `serve` serves the command line.
"""

import asyncio
import contextlib
import itertools
import logging
from collections.abc import Awaitable, Callable
from copy import copy
from dataclasses import dataclass, replace
from email.utils import formatdate
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from litestar import Litestar
from litestar.datastructures import State
from litestar.exceptions import HTTPException

from amocrm_emulator.account.clock import CrmClock
from amocrm_emulator.account.crm import Crm
from amocrm_emulator.account.switches import EVENTS_MAX
from amocrm_emulator.serving.api.kit import limiter
from amocrm_emulator.serving.api.kit.answers import Answer, ApiRefusal, Http, problem
from amocrm_emulator.serving.api.routes import HANDLERS
from amocrm_emulator.serving.faults.core.model import ApiFault
from amocrm_emulator.serving.faults.script import Script
from amocrm_emulator.serving.faults.wire import App, Wire
from amocrm_emulator.serving.hooks.sender import Sender
from amocrm_emulator.serving.listener import GLANCE_SECONDS, Listener
from amocrm_emulator.serving.page.journal import Journal
from amocrm_emulator.serving.tls import Tls

STOP_SECONDS = 5
FLUSH_SECONDS = 60
Background = Callable[[asyncio.Event], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Setting:
    """How an emulator runs; `per_second` None lifts the limits, `tls` None is plain HTTP.

    With `tls_port` plain HTTP stays at `port`, and TLS is spoken beside it (0: a free port).
    `public_host`: how clients reach it when it is not as they ask. `states`: where accounts are
    kept under names.
    """

    host: str = "127.0.0.1"
    port: int = 0
    per_second: int | None = limiter.PER_SECOND
    events_max: int = EVENTS_MAX
    tls: Tls | None = None
    tls_port: int | None = None
    faults: tuple[ApiFault, ...] = ()
    latency_seconds: float = 0.0
    public_host: str = ""
    states: Path = Path("amocrm-states")
    background: Background | None = None


def create_app(crm: Crm, **parts: Any) -> Litestar:
    """Return the API of an account as an ASGI application."""
    app = copy(_routes())
    app.state = State({"crm": crm} | parts, deep_copy=False)
    return app


@cache
def _routes() -> Litestar:
    """Return the application without an account.

    Registering the routes takes longer than all else of a start; it is the same for all accounts.
    """
    return Litestar(
        route_handlers=list(HANDLERS),
        before_request=limiter.check_rate,
        after_request=_number,
        exception_handlers={ApiRefusal: _refused, HTTPException: _http_error, Exception: _defect},
        openapi_config=None,
        logging_config=None,
    )


def dated(app: App, clock: CrmClock) -> App:
    """Say in each answer what time it is for the account: its clock may have been moved."""

    async def around(scope: Any, receive: Any, send: Any) -> None:
        async def stamped(message: Any) -> None:
            if message["type"] == "http.response.start":
                date = formatdate(clock.exact(), usegmt=True).encode()
                message = {**message, "headers": [*message["headers"], (b"date", date)]}
            await send(message)

        await app(scope, receive, stamped)

    return around


_REQUESTS = itertools.count(1)


async def _number(response: Answer) -> Answer:
    """Give an answer its number: clients write it into their logs."""
    response.headers["X-Request-Id"] = f"{next(_REQUESTS):032x}"
    return response


def _refused(_request: Http, refusal: ApiRefusal) -> Answer:
    return problem(refusal)


def _http_error(_request: Http, error: HTTPException) -> Answer:
    return problem(ApiRefusal(error.status_code, error.detail))


def _defect(_request: Http, error: Exception) -> Answer:
    logging.getLogger(__name__).error("a request failed", exc_info=error)
    return problem(ApiRefusal(500, "Internal error"))


class Emulator:
    """An account that listens on a port of the loopback address."""

    def __init__(self, crm: Crm, setting: Setting | None = None, **changes: Any) -> None:
        setting = replace(setting or Setting(), **changes)
        self.crm = crm
        self.limiter = limiter.RequestLimiter(setting.per_second)
        self.switches = crm.switches
        self.switches.events_max = setting.events_max
        self.sender = Sender(crm)
        self.tls = setting.tls
        self._background = setting.background
        self.wire = self._wired(setting)
        is_both = setting.tls is not None and setting.tls_port is not None
        self._listeners = [
            Listener(self.journal, setting.host, setting.port, None if is_both else setting.tls)
        ]
        self.url = self._listeners[0].url
        self.tls_url: str | None = None
        if is_both:
            secure = Listener(self.journal, setting.host, setting.tls_port or 0, setting.tls)
            self._listeners.append(secure)
            self.tls_url = secure.url
        crm.oauth.rules.public_host = setting.public_host or crm.oauth.rules.public_host
        scheme = self.url.partition(":")[0]
        crm.account.base_url = f"{scheme}://{crm.oauth.host}" if crm.oauth.host else self.url
        self._stop = asyncio.Event()
        self._serving: list[asyncio.Task[None]] = []
        self._tasks: list[asyncio.Task[None]] = []

    def _wired(self, setting: Setting) -> Wire:
        """Put the API behind the wire on which faults happen."""
        app = create_app(
            self.crm,
            limiter=self.limiter,
            sender=self.sender,
            switches=self.switches,
            states=setting.states,
            product=None,
        )
        wire = Wire(
            dated(app, self.crm.clock),
            Script(setting.faults),
            setting.latency_seconds,
            now=self.crm.clock.exact,
            ban=lambda seconds: self.limiter.ban(self.crm.clock.exact() + seconds),
            expire=self.crm.oauth.registry.expire,
        )
        app.state.wire = wire
        self.journal = app.state.journal = Journal(self.crm, wire)
        return wire

    @property
    def token(self) -> str:
        """The first long-lived token of the account."""
        return next(iter(self.crm.people.tokens))

    async def __aenter__(self) -> Self:
        self._serving = [asyncio.create_task(one.serve()) for one in self._listeners]
        self._tasks = [asyncio.create_task(self._watch(self.sender.run))]
        if self._background is not None:
            self._tasks.append(asyncio.create_task(self._watch(self._background)))
        while not all(listener.is_answering for listener in self._listeners):
            for task in self._serving:
                if task.done():
                    await task
                    raise RuntimeError("the emulator's server ended at once")
            await asyncio.sleep(GLANCE_SECONDS)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self.wire.closing.set()
        self._end()
        try:
            for task in self._tasks:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(task, STOP_SECONDS)
        finally:
            await asyncio.gather(*self._tasks, *self._serving, return_exceptions=True)
            for listener in self._listeners:
                listener.close()

    def _end(self) -> None:
        for listener in self._listeners:
            listener.end()

    async def _watch(self, background: Background) -> None:
        """End the server when a part has a defect: silence would look like a quiet day."""
        try:
            await background(self._stop)
        except Exception:
            self._end()
            raise

    async def flush_hooks(self) -> None:
        """Wait until every webhook that is due has been sent."""
        await self.sender.idle(FLUSH_SECONDS)

    async def wait_closed(self) -> None:
        await asyncio.wait(self._serving, return_when=asyncio.FIRST_COMPLETED)
