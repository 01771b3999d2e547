"""Speaks HTTP with one account of amoCRM: paced, bounded, patient with passing trouble.

It knows addresses, limits and failures, and nothing of what the bodies mean. A write is sent once:
what became of one whose answer was lost is for the dispatcher to find out.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import count
from typing import TypeVar
from urllib.parse import urlencode

import httpx2
import stamina

from smena.connectors.amocrm import reasons
from smena.connectors.amocrm.api.auth import Auth
from smena.connectors.amocrm.api.core.listing import Listing, Params
from smena.connectors.amocrm.api.core.payload import BadAnswer, Page, read_page
from smena.connectors.amocrm.api.core.request_counts import kind_of
from smena.connectors.amocrm.api.core.target import Target, Version
from smena.connectors.amocrm.api.request_counts import RequestCounter
from smena.connectors.kit.bounded_http import AnswerBounds, HttpRequest, NoAnswer, exchange
from smena.connectors.kit.rate_limiter import Prepare, RateLimiter, nothing
from smena.kernel.errors import GiveUp, TryLater
from smena.kernel.http import ANSWER_BYTES_MAX
from smena.kernel.metrics import CRM_REQUESTS, CRM_SECONDS

Result = TypeVar("Result")

ROOT = "/api/v4/"
BOUNDS = AnswerBounds(seconds=30, bytes_max=ANSWER_BYTES_MAX)
READ_TRIES = 4
READ_SECONDS = 60
LATER = timedelta(seconds=10)
RETRY_AFTER_MAX = 60
NO_CONTENT, NOT_FOUND, UNAUTHORIZED, NOT_PAID, FORBIDDEN, TOO_MANY = 204, 404, 401, 402, 403, 429
GOOD = range(200, 300)
SHUT = (UNAUTHORIZED, NOT_PAID, FORBIDDEN)


class AccessLost(GiveUp):
    """amoCRM does not let us in: the token, the payment or the rights (by `status`)."""

    def __init__(self, status: int, used: Version | None = None) -> None:
        super().__init__(reasons.ANSWERS.about(status=status))
        self.status = status
        self.used = used
        """The tokens that were not let in, where they are known: others may be stored by now."""


class TransientError(Exception):
    """A request did not work out and may work out the next time; says a reason (`reasons`)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`server_time` is amoCRM's own clock, where it told."""

    status: int
    body: bytes
    server_time: datetime | None
    retry_after: timedelta | None = None
    used: Version | None = None


@dataclass(frozen=True, slots=True)
class _Question:
    """One request, wherever and with whichever token it will be made."""

    method: str
    path: str
    params: Params = ()
    body: bytes | None = None


class Client:
    """One account's API; `pace` limits when a request may leave."""

    def __init__(
        self,
        http: httpx2.AsyncClient,
        auth: Auth,
        pace: RateLimiter,
        *,
        tries: int = READ_TRIES,
        request_counter: RequestCounter | None = None,
        bounds: AnswerBounds = BOUNDS,
    ) -> None:
        self._tries = tries
        self._request_counter = request_counter
        self._http = http
        self._bounds = bounds
        self._auth = auth
        self._pace = pace
        self.server_time: datetime | None = None

    @property
    def host(self) -> str:
        return httpx2.URL(self._auth.base_url).host

    async def list_page(
        self,
        listing: Listing,
        page: int = 1,
        *,
        confirm_empty: bool = False,
        before: Prepare = nothing,
    ) -> Page:
        """Read one page of a list; nothing there is an empty page.

        `confirm_empty`: a hiccup answers "nothing" too, so nothing is believed when it is said
        twice. `before` is awaited before each request.
        """
        path = f"{ROOT}{listing.path}"
        found = Page()
        for _ in range(2 if confirm_empty else 1):
            await before()
            found = await self.read(
                path, listing.at(page), lambda body: read_page(body, listing.root)
            )
            if found.items:
                break
        return found

    async def pages(
        self,
        listing: Listing,
        *,
        first: int = 1,
        most: int | None = None,
        confirm_empty: bool = False,
        before: Prepare = nothing,
    ) -> AsyncIterator[Page]:
        """Read a list page by page from `first` to its end, `most` pages at most.

        The last page tells by `has_next` whether the end was reached; whoever has seen enough
        stops asking.
        """
        for number in count(first) if most is None else range(first, first + most):
            page = await self.list_page(listing, number, confirm_empty=confirm_empty, before=before)
            yield page
            if not page.has_next:
                return

    async def read(
        self, path: str, params: Params, understand: Callable[[bytes], Result]
    ) -> Result:
        """Read and understand, again and again while the trouble is passing.

        Raises TryLater when it does not pass, AccessLost when amoCRM does not let us in.
        """
        try:
            async for attempt in stamina.retry_context(
                on=TransientError,
                attempts=self._tries,
                timeout=READ_SECONDS,
                wait_initial=0.2,
                wait_jitter=0.3,
            ):
                with attempt:
                    return await self._read_once(path, params, understand)
        except TransientError as trouble:
            raise TryLater(str(trouble), after=LATER) from trouble
        raise AssertionError("a retry ends with a result or an exception")

    async def count_earlier(self, requests: int) -> None:
        """Count requests that another client of this account sent a moment ago, unpaced."""
        await self._pace.count_earlier(requests)

    async def turn(self, prepare: Prepare = nothing) -> None:
        """Wait for a slot; whoever has it may send at once what `prepare` has put together.

        Raises AccessLost or TryLater when there is no token to send it with.
        """
        await self._auth.target()  # a renewal must not eat up the slot
        await self._pace.acquire(prepare)

    async def send(self, method: str, path: str, body: bytes) -> Answer:
        """Write once, in the slot that `turn` gave.

        Raises TransientError when nobody knows whether the write was taken, AccessLost or TryLater
        when there is no token to send it with.
        """
        answer = await self._ask(_Question(method, path, body=body))
        if answer.status == TOO_MANY:
            await self._pace.penalise(answer.retry_after)
        elif answer.status in GOOD:
            self._pace.reset()
        return answer

    async def _read_once(
        self, path: str, params: Params, understand: Callable[[bytes], Result]
    ) -> Result:
        await self.turn()
        answer = await self._ask(_Question("GET", path, params))
        if answer.status in SHUT:
            raise AccessLost(answer.status, answer.used)
        if answer.status == TOO_MANY:
            await self._pace.penalise(answer.retry_after)
            raise TransientError(reasons.TOO_FAST.about())
        if answer.status not in GOOD and answer.status != NOT_FOUND:
            raise TransientError(reasons.ANSWERS.about(status=answer.status))
        self._pace.reset()
        if answer.status not in (NO_CONTENT, NOT_FOUND) and not answer.body.strip():
            raise TransientError(reasons.EMPTY.about())  # an empty list would be 204
        try:
            return understand(b"" if answer.status in (NO_CONTENT, NOT_FOUND) else answer.body)
        except BadAnswer as trouble:
            raise TransientError(reasons.UNREADABLE.about(detail=trouble)) from trouble

    async def _ask(self, asked: "_Question") -> Answer:
        """Ask; a 401 says that nothing was done, so another token may try the same once."""
        if self._request_counter is not None:
            await self._request_counter.add_when_due()
        target = await self._auth.target()
        answer = await self._ask_at(target, asked)
        if answer.status == UNAUTHORIZED:
            other = await self._auth.refused(target)
            if other is None:
                return answer
            await self._pace.acquire()
            target, answer = other, await self._ask_at(other, asked)
        if answer.status != UNAUTHORIZED:
            await self._auth.accepted(target)
        return answer

    async def _ask_at(self, target: Target, asked: "_Question") -> Answer:
        url = f"{target.base_url}{asked.path}"
        url += f"?{urlencode(asked.params)}" if asked.params else ""
        headers = {"Authorization": f"Bearer {target.token}"}
        if asked.body is not None:
            headers["Content-Type"] = "application/json"
        request = HttpRequest(asked.method, url, headers, asked.body)
        status, kind = "none", kind_of(asked.method, asked.path[len(ROOT) :])
        try:
            with CRM_SECONDS.labels(kind).time():
                answer = await exchange(self._http, request, self._bounds)
            status = str(answer.status)
        except NoAnswer as trouble:
            raise TransientError(reasons.NO_ANSWER.about(error=str(trouble))) from trouble
        finally:
            CRM_REQUESTS.labels(kind, status).inc()
            if self._request_counter is not None:
                self._request_counter.count(asked.method, asked.path[len(ROOT) :], status)
        self.server_time = _moment(answer.headers.get("Date"))
        pause = _pause(answer.headers.get("Retry-After"))
        return Answer(answer.status, answer.body, self.server_time, pause, target.version)


def _moment(date: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(date).astimezone(UTC) if date else None
    except (TypeError, ValueError):
        return None


def _pause(told: str | None) -> timedelta | None:
    if told is None or not told.isdecimal():
        return None
    return timedelta(seconds=min(int(told), RETRY_AFTER_MAX))
