"""A proxy that does to answers what networks do: loses, cuts, delays, replaces them.

It looks at the first word of each request, so that a fault can be for writes only. The emulator
behind it has done the work by the time the answer is malformed.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

Spoil = Callable[[bytes], bytes | None]
"""Gets an answer and returns what goes on, None to close the connection without a word."""

HTML = b"<html><body>502 Bad Gateway</body></html>"


def lose(_answer: bytes) -> bytes | None:
    return None


def cut(answer: bytes) -> bytes | None:
    return answer[: len(answer) - 20]


def html(_answer: bytes) -> bytes | None:
    head = f"HTTP/1.1 502 Bad Gateway\r\nContent-Length: {len(HTML)}\r\n\r\n"
    return head.encode() + HTML


def fine(answer: bytes) -> bytes | None:
    return answer


def no_content(_answer: bytes) -> bytes | None:
    return b"HTTP/1.1 204 No Content\r\n\r\n"


def forbidden(_answer: bytes) -> bytes | None:
    return b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"


def unpaid(_answer: bytes) -> bytes | None:
    return b"HTTP/1.1 402 Payment Required\r\nContent-Length: 0\r\n\r\n"


def not_json(_answer: bytes) -> bytes | None:
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(HTML)}\r\n\r\n"
    return head.encode() + HTML


@dataclass(slots=True)
class Proxy:
    """`faults` are used up one by one by requests with the verb, then all is well again."""

    target: str
    url: str = ""
    faults: dict[str, list[Spoil]] = field(default_factory=dict)
    slow: dict[str, list[Callable[[bytes], Awaitable[bytes]]]] = field(default_factory=dict)
    """The same for what takes its time before an answer goes on."""
    malformed: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry requests one after another over a connection of their own each."""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                body = await reader.readexactly(_length(head))
                answer = await self._ask(head + body)
                if delays := self.slow.get(head.split(b" ", 1)[0].decode()):
                    answer = await delays.pop(0)(answer)
                waiting = self.faults.get(head.split(b" ", 1)[0].decode(), [])
                if waiting:
                    spoil = waiting.pop(0)
                    self.malformed += 1
                    answer = spoil(answer) or b""
                    writer.write(answer)
                    break
                writer.write(answer)
                await writer.drain()
        writer.close()

    async def _ask(self, request: bytes) -> bytes:
        parts = urlsplit(self.target)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        body = await reader.readexactly(_length(head))
        writer.close()
        return head + body


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


@contextlib.asynccontextmanager
async def between(target: str) -> AsyncIterator[Proxy]:
    """Run a proxy before `target`; its `url` is what a client is to use."""
    proxy = Proxy(target)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0, limit=4 * 1024 * 1024)
    proxy.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield proxy
    finally:
        server.close()
