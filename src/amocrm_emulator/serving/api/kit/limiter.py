"""Whether somebody calls too often: 7 requests in a sliding second for each client."""

import re
from collections import Counter, deque
from dataclasses import dataclass, field

from litestar import Response

from amocrm_emulator.account.crm import Crm
from amocrm_emulator.serving.api.kit.answers import Answer, Http
from amocrm_emulator.serving.api.kit.caller import token_of

PER_SECOND = 7
ACCOUNT_PER_SECOND = 50
BAN_SECONDS = 60.0
PATIENCE_SECONDS = 60
"""How far back the refused calls are counted that end in a ban."""
TOO_MANY = b"<html><head><title>429 Too Many Requests</title></head><body></body></html>"
BANNED = b"<html><head><title>403 Forbidden</title></head><body></body></html>"
_NUMBER = re.compile(r"/\d+(?=/|$)")


@dataclass(slots=True)
class RequestLimiter:
    """Limits and counts of one running emulator; `per_second` None lifts the limits.

    `ban_after` so many refused calls within a minute the whole account is closed; None: never.
    """

    per_second: int | None = PER_SECOND
    account_per_second: int = ACCOUNT_PER_SECOND
    ban_after: int | None = None
    ban_seconds: float = BAN_SECONDS
    requests: Counter[str] = field(default_factory=Counter)
    clients: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    kinds: dict[str, Counter[str]] = field(default_factory=dict)
    banned: int = 0
    banned_until: float = 0.0
    busy_until: float = 0.0
    """Until when every call is answered as one too many, limits or not."""
    _recent: dict[str, deque[float]] = field(default_factory=dict)
    _violations: deque[float] = field(default_factory=deque)

    def count(self, client: str, kind: str) -> None:
        """Count a call by what was asked and by who asked."""
        self.requests[kind] += 1
        self.clients[client] += 1
        self.kinds.setdefault(client, Counter())[kind] += 1

    def admits(self, client: str, now: float) -> bool:
        """Count a call and tell whether it is within the limits."""
        if now < self.busy_until:
            self._refuse(now)
            return False
        if self.per_second is None:
            return True
        limits = ((client, self.per_second), ("", self.account_per_second))
        windows = [(self._recent.setdefault(name, deque()), limit) for name, limit in limits]
        for window, _limit in windows:
            while window and window[0] <= now - 1:
                window.popleft()
        if any(len(window) >= limit for window, limit in windows):
            self._refuse(now)
            return False
        for window, _limit in windows:
            window.append(now)
        return True

    def ban(self, until: float) -> None:
        """Close the account for the API until a moment."""
        self.banned_until = until

    def is_closed(self, now: float) -> bool:
        """Tell whether the account is closed; count the call if so."""
        self.banned += now < self.banned_until
        return now < self.banned_until

    def _refuse(self, now: float) -> None:
        self.refused += 1
        self._violations.append(now)
        while self._violations[0] <= now - PATIENCE_SECONDS:
            self._violations.popleft()
        if self.ban_after is not None and len(self._violations) >= self.ban_after:
            self.ban(now + self.ban_seconds)
            self._violations.clear()


async def check_rate(request: Http) -> Answer | None:
    """Answer 429 with HTML, as the platform's front servers do, before anything else happens."""
    path = request.scope["path"]
    if not path.startswith(("/api/", "/oauth2/")):
        return None
    limiter: RequestLimiter = request.app.state.limiter
    crm: Crm = request.app.state.crm
    token = token_of(request)
    who = crm.oauth.identify(token)
    client = "unknown" if who is None else who.client or str(who.user)
    limiter.count(client, f"{request.method} {_NUMBER.sub('/{id}', path)}")
    window = token if who is None or who.client is None else who.client
    now = crm.clock.exact()
    if path.startswith("/api/") and limiter.is_closed(now):
        return Response(BANNED, status_code=403, media_type="text/html")
    if not path.startswith("/api/") or limiter.admits(window, now):
        return None
    return Response(TOO_MANY, status_code=429, media_type="text/html")
