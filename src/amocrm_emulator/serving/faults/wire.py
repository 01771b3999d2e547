"""Around the API: lets the faults of a script happen, down to the socket.

An ASGI application around another. What is after the effect runs the request first and throws
its answer away.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from amocrm_emulator.serving.faults.answer import (
    HeldReply,
    HeldRequest,
    html_page,
    read_body,
    refusal,
)
from amocrm_emulator.serving.faults.core.model import (
    MUTATIONS,
    ApiFault,
    FaultKind,
    FaultLook,
    FaultMoment,
    SeenRequest,
)
from amocrm_emulator.serving.faults.core.mutations import mutate
from amocrm_emulator.serving.faults.script import Script

App = Callable[[Any, Any, Any], Any]
WATCHED = ("/api/", "/oauth2/")
PIECES = 20


@dataclass(slots=True)
class Wire:
    """The application with its trouble; `ban` is called with seconds, `expire` with a token.

    Until the moment `silent_until` of the account's clock nothing of the API answers.
    """

    app: App
    script: Script = field(default_factory=Script)
    latency_seconds: float = 0.0
    silent_until: float = 0.0
    now: Callable[[], float] = lambda: 0.0
    ban: Callable[[float], None] = lambda _seconds: None
    expire: Callable[[str], bool] = lambda _token: False
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    _speaks: asyncio.Event = field(default_factory=asyncio.Event)

    def fall_silent(self, until: float) -> None:
        """Let every request hang until a moment."""
        self._speaks.set()
        self.silent_until, self._speaks = until, asyncio.Event()

    def speak(self) -> None:
        """End the silence: what hangs is broken off."""
        self.silent_until = 0.0
        self._speaks.set()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(WATCHED):
            await self.app(scope, receive, send)
            return
        left = self.silent_until - self.now()
        if left > 0:
            call = HeldRequest(self.app, scope, receive, send, await read_body(receive))
            await self._pause(left, call, self._speaks)
            await call.reset(None)
            return
        if self.latency_seconds:
            await self._pause(self.latency_seconds)
        if not self.script.lines:
            await self.app(scope, receive, send)
            return
        body = await read_body(receive)
        call = HeldRequest(self.app, scope, receive, send, body)
        fault = self.script.next(SeenRequest(scope["method"], scope["path"], _items(body)))
        await (call.pass_on() if fault is None else self._strike(fault, call))

    async def _strike(self, fault: ApiFault, call: "HeldRequest") -> None:
        if fault.kind in MUTATIONS:
            await call.answer(_bent(fault.kind, await call.reply()))
            return
        if fault.kind is FaultKind.DELAY:
            await self._pause(fault.seconds)
            await call.pass_on()
            return
        if fault.kind is FaultKind.BAN:
            self.ban(fault.seconds)
            await call.pass_on()
            return
        if fault.kind is FaultKind.EXPIRE:
            await self._expire(call)
            return
        await self._spoil(fault, call)

    async def _expire(self, call: "HeldRequest") -> None:
        """End the token's life; one that cannot end is refused this once."""
        if self.expire(call.token):
            await call.pass_on()
        else:
            await call.answer(refusal(401, FaultLook.PROBLEM))

    async def _spoil(self, fault: ApiFault, call: "HeldRequest") -> None:
        """Answer something else, or badly, or not at all."""
        reply = html_page()
        if fault.when is not FaultMoment.BEFORE or fault.kind in {FaultKind.CUT, FaultKind.SLOW}:
            reply = await call.reply()
        match fault.kind:
            case FaultKind.STATUS:
                await call.answer(refusal(fault.status, fault.look))
            case FaultKind.LARGE_BATCH:
                await call.answer(refusal(504, FaultLook.HTML))
            case FaultKind.HTML:
                await call.answer(html_page())
            case FaultKind.EMPTY:
                await call.answer(reply.with_body(b"", 200))
            case FaultKind.NOTHING:
                await call.answer(HeldReply(204, []))
            case FaultKind.CUT:
                await call.answer(reply.with_body(reply.body[: len(reply.body) // 2]))
            case FaultKind.SLOW:
                await self._drip(reply, call, fault.seconds)
            case FaultKind.RESET:
                await call.reset(reply if fault.when is FaultMoment.MIDDLE else None)
            case _:
                await self._pause(fault.seconds, call)
                await call.reset(None)

    async def _drip(self, reply: HeldReply, call: "HeldRequest", seconds: float) -> None:
        """Send an answer by drops, so that each read of the client succeeds."""
        size = max(1, -(-len(reply.body) // PIECES))
        await call.begin(reply)
        for start in range(0, len(reply.body), size):
            await self._pause(seconds / PIECES)
            await call.more(reply.body[start : start + size])
        await call.end()

    async def _pause(
        self, seconds: float, call: "HeldRequest | None" = None, *ends: asyncio.Event
    ) -> None:
        """Wait, but no longer than this emulator lives, or than its client."""
        waits: list[asyncio.Future[Any]] = [
            asyncio.ensure_future(end.wait()) for end in (self.closing, *ends)
        ]
        if call is not None:
            waits.append(asyncio.ensure_future(call.gone()))
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()


def _items(body: bytes) -> int:
    """Count the items of a batch."""
    if not body.lstrip().startswith(b"["):
        return 0
    try:
        given = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return 0
    return len(given) if isinstance(given, list) else 0


def _bent(kind: FaultKind, reply: HeldReply) -> HeldReply:
    try:
        content = msgspec.json.decode(reply.body)
    except msgspec.DecodeError:
        return reply
    return reply.with_body(msgspec.json.encode(mutate(kind, content)))
