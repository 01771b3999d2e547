"""One request and its whole answer, bounded in size and in time.

A timeout of a read is not enough: a drop each nine seconds never meets it and goes on for ever.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx2

from smena.kernel.http import AnswerTooLarge, read_bounded


class NoAnswer(Exception):  # noqa: N818 -- what happened
    """No whole answer came in time and size; nobody knows whether the request was carried out."""


@dataclass(frozen=True, slots=True)
class AnswerBounds:
    """How much of an answer is waited for and held in memory."""

    seconds: float
    bytes_max: int


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer that came whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """What is sent. Its text never shows headers or body: there are tokens in them."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None

    def __repr__(self) -> str:
        return f"HttpRequest({self.method})"


async def exchange(
    http: httpx2.AsyncClient, request: HttpRequest, bounds: AnswerBounds
) -> HttpAnswer:
    """Send once. Raises NoAnswer, whose text is the kind of trouble."""
    method, url, headers = request.method, request.url, dict(request.headers)
    try:
        async with (
            asyncio.timeout(bounds.seconds),
            http.stream(method, url, headers=headers, content=request.body) as answer,
        ):
            body = await read_bounded(answer, bounds.bytes_max)
    except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError, AnswerTooLarge) as trouble:
        raise NoAnswer(type(trouble).__name__) from trouble
    return HttpAnswer(answer.status_code, answer.headers, body)
