"""Exchanges a code or a refresh token for a pair of tokens (amocrm.md sections 2.2 and 2.5).

Each call is made once and bounded in time. What an answer means is read in
`core/token_response.py`.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

import httpx2
import msgspec

from smena.connectors.amocrm import reasons
from smena.connectors.amocrm.api.core.address import CLOUDS, normalise
from smena.connectors.amocrm.api.core.payload import UNREADABLE
from smena.connectors.amocrm.model import Integration
from smena.connectors.amocrm.tokens.core.token_response import Granted, Unclear, read_granted
from smena.connectors.kit.bounded_http import (
    AnswerBounds,
    HttpAnswer,
    HttpRequest,
    NoAnswer,
    exchange,
)
from smena.kernel.clock import Clock
from smena.kernel.metrics import CRM_REQUESTS, CRM_SECONDS

BOUNDS = AnswerBounds(seconds=10, bytes_max=256 * 1024)
OK = 200


class _PlaceJson(msgspec.Struct):
    domain: str


class OAuthClient:
    """Asks for tokens; hosts other than amoCRM's are asked only when they are allowed."""

    def __init__(
        self, http: httpx2.AsyncClient, clock: Clock, allowed_hosts: frozenset[str]
    ) -> None:
        self._http = http
        self._clock = clock
        self._allowed_hosts = allowed_hosts

    async def exchange(self, base_url: str, known: Integration, code: str) -> Granted:
        """Give a code for the first pair."""
        return await self._grant(base_url, known, "authorization_code", {"code": code})

    async def refresh(self, base_url: str, known: Integration, token: str) -> Granted:
        """Give a refresh token, which is good for once, for the next pair."""
        return await self._grant(base_url, known, "refresh_token", {"refresh_token": token})

    async def address_now(self, base_url: str, api_domain: str, refresh: str) -> str | None:
        """Ask where an account lives now; None when nobody tells."""
        at = self._common(base_url, api_domain)
        path = "/oauth2/account/current/subdomain"
        return await self._place(base_url, f"{at}{path}", {"X-Refresh-Token": refresh})

    async def address_of_bearer(self, base_url: str, token: str) -> str | None:
        """Ask the same with an access token: the only way for a long-lived one."""
        at = self._site(base_url)
        headers = {"Authorization": f"Bearer {token}"}
        return await self._place(base_url, f"{at}/oauth2/account/subdomain", headers)

    async def _grant(
        self, base_url: str, known: Integration, kind: str, given: Mapping[str, str]
    ) -> Granted:
        body = {
            "client_id": known.client,
            "client_secret": known.secret,
            "grant_type": kind,
            "redirect_uri": known.redirect_uri,
            **given,
        }
        asked_at = self._clock.now()
        request = HttpRequest(
            "POST",
            f"{base_url}/oauth2/access_token",
            {"Content-Type": "application/json"},
            msgspec.json.encode(body),
        )
        try:
            answer = await self._ask(f"POST {kind}", request)
        except NoAnswer as trouble:
            return Unclear(reasons.NO_ANSWER.about(error=str(trouble)))
        return read_granted(answer.status, answer.body, asked_at)

    async def _place(self, base_url: str, url: str, headers: dict[str, str]) -> str | None:
        try:
            answer = await self._ask("GET subdomain", HttpRequest("GET", url, headers))
            if answer.status != OK:
                return None
            domain = msgspec.json.decode(answer.body, type=_PlaceJson).domain
        except (NoAnswer, *UNREADABLE):
            return None
        typed = domain if "://" in domain else f"{urlsplit(base_url).scheme}://{domain}"
        found = normalise(typed, self._allowed_hosts)
        return found if isinstance(found, str) else None

    def _common(self, base_url: str, api_domain: str) -> str:
        """Return the host that knows all accounts; a name from a token is checked like any."""
        found = normalise(f"https://{api_domain}", self._allowed_hosts) if api_domain else None
        is_cloud = isinstance(found, str) and api_domain.endswith(CLOUDS)
        return found if is_cloud and isinstance(found, str) else self._site(base_url)

    def _site(self, base_url: str) -> str:
        return site_of(base_url)

    async def _ask(self, kind: str, request: HttpRequest) -> HttpAnswer:
        status = "none"
        try:
            with CRM_SECONDS.labels(kind).time():
                answer = await exchange(self._http, request, BOUNDS)
            status = str(answer.status)
        finally:
            CRM_REQUESTS.labels(kind, status).inc()
        return answer


def site_of(base_url: str) -> str:
    """Return the common site of an account's cloud, where people give consent.

    A host that is no cloud (an emulator) is its own site.
    """
    host = urlsplit(base_url).hostname or ""
    for cloud in CLOUDS:
        if host.endswith(cloud):
            return f"https://www{'.amocrm.ru' if cloud == '.amocrm.ru' else '.kommo.com'}"
    return base_url
