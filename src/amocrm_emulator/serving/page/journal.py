"""Remembers the latest requests of clients as they were answered: who, what, with which status."""

import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from amocrm_emulator.account.crm import Crm

LINES_MAX = 300
MINUTES_MAX = 60
WATCHED = ("/api/", "/oauth2/")
CUT_OFF, TOO_MANY = 0, 429
"""Statuses: of a request that was never answered, and of one that came too often."""

Scope = Mapping[str, Any]
App = Callable[[Any, Any, Any], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class RequestLine:
    """One request; `at` is the emulator's time, `milliseconds` are the machine's."""

    at: int
    client: str
    method: str
    target: str
    status: int
    milliseconds: int


class _Noted:
    """Listens to an answer; it shows the server's connection, which the wire may break."""

    def __init__(self, send: Any) -> None:
        self._send = send
        self.status = CUT_OFF

    @property
    def transport(self) -> Any:
        return self._send.__self__.transport

    async def send(self, message: Mapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await self._send(message)


class Journal:
    """Stands around the application, so that it sees what really left."""

    def __init__(self, crm: Crm, app: App) -> None:
        self._crm = crm
        self._app = app
        self.lines: deque[RequestLine] = deque(maxlen=LINES_MAX)
        self.minutes: dict[int, Counter[str]] = {}
        self.refused: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: object, send: Any) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(WATCHED):
            await self._app(scope, receive, send)
            return
        began, noted = time.perf_counter(), _Noted(send)
        client = self._client(scope)  # before the answer: it may kill the token
        try:
            await self._app(scope, receive, noted.send)
        finally:
            passed = round(1000 * (time.perf_counter() - began))
            at, target = self._crm.clock.now(), scope["path"] + _query(scope)
            self._note(RequestLine(at, client, scope["method"], target, noted.status, passed))

    def per_minute(self, client: str) -> int:
        """Return how many requests of a client came in the present minute."""
        minute = self._crm.clock.now() // 60
        return self.minutes.get(minute, Counter())[client]

    def _note(self, line: RequestLine) -> None:
        self.lines.append(line)
        self.refused[line.client] += line.status == TOO_MANY
        self.minutes.setdefault(line.at // 60, Counter())[line.client] += 1
        while len(self.minutes) > MINUTES_MAX:
            del self.minutes[min(self.minutes)]

    def _client(self, scope: Scope) -> str:
        """Name who asks as the limiter counts them: an integration, a user, or nobody known."""
        given = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
        scheme, _, token = given.decode("latin-1").partition(" ")
        who = self._crm.oauth.identify(token.strip()) if scheme.lower() == "bearer" else None
        return "unknown" if who is None else who.client or str(who.user)


def _query(scope: Scope) -> str:
    query: bytes = scope["query_string"]
    return f"?{query.decode('latin-1')}" if query else ""
