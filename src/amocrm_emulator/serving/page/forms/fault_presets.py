"""Trouble with the API at the press of a button: ready scripts, and what of them is still ahead."""

from collections.abc import Mapping
from dataclasses import dataclass

from amocrm_emulator.serving.api.kit.answers import Http
from amocrm_emulator.serving.api.kit.limiter import RequestLimiter
from amocrm_emulator.serving.faults.core.model import (
    ApiFault,
    FaultKind,
    FaultLook,
    FaultMoment,
    Method,
)
from amocrm_emulator.serving.faults.script import Script
from amocrm_emulator.serving.faults.wire import Wire
from amocrm_emulator.serving.hooks.sender import Sender

SECONDS, TIMES = 30, 3
SILENT_SECONDS = 300
LATE_SECONDS = 1.0
_WRITES: tuple[Method, ...] = ("POST", "PATCH")


def _after_writing() -> list[ApiFault]:
    return [
        ApiFault(
            FaultKind.STATUS,
            method,
            "/api/v4/*",
            times=TIMES,
            when=FaultMoment.AFTER,
            status=502,
            look=FaultLook.HTML,
        )
        for method in _WRITES
    ]


SCRIPTS: Mapping[str, list[ApiFault]] = {
    "after": _after_writing(),
    "cut": [ApiFault(FaultKind.RESET, "GET", "/api/v4/*", times=TIMES, when=FaultMoment.MIDDLE)],
    "html": [ApiFault(FaultKind.HTML, "GET", "/api/v4/*", times=TIMES)],
}


@dataclass(frozen=True, slots=True)
class Ahead:
    """A fault that will strike again; `left` None: for as long as it is there."""

    kind: str
    method: str
    status: int | None
    left: int | None


@dataclass(frozen=True, slots=True)
class RunningParts:
    """What trouble happens to: the wire of the API, its limits, the webhooks on their way."""

    wire: Wire
    limiter: RequestLimiter
    sender: Sender

    @classmethod
    def of(cls, request: Http) -> "RunningParts":
        state = request.app.state
        return cls(state.wire, state.limiter, state.sender)


def start(name: str, parts: RunningParts, now: float) -> bool:
    """Begin a trouble by its name; tell whether there is one of this name."""
    wire, limiter = parts.wire, parts.limiter
    if name in SCRIPTS:
        wire.script = Script(SCRIPTS[name])
    elif name == "busy":
        limiter.busy_until = now + SECONDS
    elif name == "ban":
        limiter.ban(now + SECONDS)
    elif name == "silent":
        wire.fall_silent(now + SILENT_SECONDS)
        parts.sender.held_until = now + SILENT_SECONDS
    elif name == "late":
        wire.latency_seconds = LATE_SECONDS
    else:
        return False
    return True


def end(parts: RunningParts) -> None:
    """Let everything go well again."""
    parts.wire.script, parts.wire.latency_seconds = Script(), 0.0
    parts.wire.speak()
    parts.sender.held_until = 0.0
    parts.limiter.busy_until = parts.limiter.banned_until = 0.0


def ahead(wire: Wire) -> list[Ahead]:
    """Return what the script still has in store."""
    return [
        Ahead(
            line.fault.kind.value,
            line.fault.method,
            line.fault.status if line.fault.kind is FaultKind.STATUS else None,
            None if line.fault.times is None else line.fault.times - line.struck,
        )
        for line in wire.script.lines
        if line.fault.times is None or line.struck < line.fault.times
    ]
