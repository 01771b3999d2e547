"""A request that is held: its true answer, another one, or the end of its connection."""

import socket
import struct
from dataclasses import dataclass
from typing import Any

import msgspec

from amocrm_emulator.serving.api.kit.answers import TITLES
from amocrm_emulator.serving.faults.core.model import FaultLook

# Linger for 0 seconds: closing sends RST and forgets what has not been sent.
_AT_ONCE = struct.pack("ii", 1, 0)


@dataclass(slots=True)
class HeldReply:
    """A whole answer on its way."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes = b""

    def with_body(self, body: bytes, status: int | None = None) -> "HeldReply":
        kept = [pair for pair in self.headers if pair[0].lower() != b"content-length"]
        length = (b"content-length", str(len(body)).encode())
        return HeldReply(status or self.status, [*kept, length], body)


def html_page(status: int = 200) -> HeldReply:
    title = f"{status} {TITLES.get(status, 'amoCRM')}".encode()
    body = b"<html><head><title>" + title + b"</title></head><body></body></html>"
    return HeldReply(status, [(b"content-type", b"text/html; charset=utf-8")]).with_body(body)


def refusal(status: int, look: FaultLook) -> HeldReply:
    """Return a refusal as the API, or a front server, or nobody writes it."""
    if look is FaultLook.HTML:
        return html_page(status)
    if look is FaultLook.EMPTY:
        return HeldReply(status, []).with_body(b"")
    content = {
        "title": TITLES.get(status, "Error"),
        "type": f"https://httpstatus.es/{status}",
        "status": status,
        "detail": "A fault by script",
    }
    headers = [(b"content-type", b"application/problem+json")]
    return HeldReply(status, headers).with_body(msgspec.json.encode(content))


async def read_body(receive: Any) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


@dataclass(slots=True)
class HeldRequest:
    """A request that has been read, and the ways to answer it."""

    app: Any
    scope: Any
    receive: Any
    send: Any
    body: bytes
    _is_read: bool = False

    @property
    def token(self) -> str:
        given: str = dict(self.scope["headers"]).get(b"authorization", b"").decode("latin-1")
        return given.partition(" ")[2].strip()

    async def pass_on(self) -> None:
        await self.app(self.scope, self._again, self.send)

    async def reply(self) -> HeldReply:
        """Let the request have its effect; return the true answer."""
        sent: list[Any] = []

        async def keep(message: Any) -> None:
            sent.append(message)

        await self.app(self.scope, self._again, keep)
        body = b"".join(message.get("body", b"") for message in sent[1:])
        return HeldReply(sent[0]["status"], list(sent[0]["headers"]), body)

    async def answer(self, reply: HeldReply) -> None:
        await self.begin(reply)
        await self.more(reply.body)
        await self.end()

    async def begin(self, reply: HeldReply) -> None:
        start = {"type": "http.response.start", "status": reply.status, "headers": reply.headers}
        await self.send(start)

    async def more(self, body: bytes) -> None:
        await self.send({"type": "http.response.body", "body": body, "more_body": True})

    async def end(self) -> None:
        await self.send({"type": "http.response.body", "body": b"", "more_body": False})

    async def reset(self, reply: HeldReply | None) -> None:
        """Break the connection with RST; with an answer, in the middle of it."""
        if reply is not None:
            await self.begin(reply)
            await self.more(reply.body[: len(reply.body) // 2])
        # ASGI has no word for this: the server's object behind `send` holds the transport.
        transport = self.send.__self__.transport
        if not transport.is_closing():  # an impatient client may have left already
            opened = transport.get_extra_info("socket")
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
            transport.abort()
        await self.gone()

    async def gone(self) -> None:
        """Wait until the client is no longer there."""
        while (await self.receive())["type"] != "http.disconnect":
            pass

    async def _again(self) -> Any:
        """Give the body to the application, which has not seen it."""
        if self._is_read:
            return await self.receive()
        self._is_read = True
        return {"type": "http.request", "body": self.body, "more_body": False}
