"""The one way to speak HTTP to the outside: bounded in time and size, no surprises."""

import ssl
from functools import cache

import httpx2

TIMEOUT = httpx2.Timeout(10.0, connect=5.0, pool=10.0)
ANSWER_BYTES_MAX = 32 * 1024 * 1024
USER_AGENT = "Smena/0.1"


class AnswerTooLarge(Exception):  # noqa: N818 -- what happened
    """The other side sends more than we are ready to hold in memory."""


KEPT = 20
CONNECTIONS = 400
"""Some for each of all jobs of a node (`kernel.places`): whoever hangs keeps nobody waiting."""


def new_client(*, connections: int = CONNECTIONS) -> httpx2.AsyncClient:
    """Return a client with limits; redirects are not followed, the environment is not trusted."""
    return httpx2.AsyncClient(
        timeout=TIMEOUT,
        limits=httpx2.Limits(max_connections=connections, max_keepalive_connections=KEPT),
        headers={"User-Agent": USER_AGENT},
        follow_redirects=False,
        trust_env=False,
        verify=_certificates(),
    )


@cache
def _certificates() -> ssl.SSLContext:
    """Read the machine's certificates once: it takes longer than many requests."""
    return httpx2.create_ssl_context(trust_env=False)


async def read_bounded(answer: httpx2.Response, limit: int = ANSWER_BYTES_MAX) -> bytes:
    """Read a streamed answer's body; raise AnswerTooLarge beyond `limit` bytes."""
    parts: list[bytes] = []
    size = 0
    async for part in answer.aiter_bytes():
        size += len(part)
        if size > limit:
            raise AnswerTooLarge(f"more than {limit} bytes from {answer.url.host}")
        parts.append(part)
    return b"".join(parts)
