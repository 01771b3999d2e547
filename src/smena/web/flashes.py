"""Messages shown once: kept in a signed cookie between a form and the page after it."""

import base64
import binascii
import json
from dataclasses import asdict, dataclass
from typing import Any, cast

from litestar import Request
from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Scope

from smena.kernel.crypto import Vault

COOKIE = "flash"
_KEPT = 3
_TEXT_MAX = 400
_NEW = "smena_flash_new"
_SHOWN = "smena_flash_shown"


@dataclass(frozen=True, slots=True)
class Flash:
    text: str
    kind: str


def add(request: Request[Any, Any, Any], text: str, kind: str) -> None:
    """Keep a message for the next page of this browser."""
    state = request.scope.setdefault("state", {})
    state.setdefault(_NEW, []).append(Flash(text[:_TEXT_MAX], kind))


def take(request: Request[Any, Any, Any]) -> list[Flash]:
    """Return the messages that wait; those of this very request come too, shown at once."""
    state = request.scope.setdefault("state", {})
    kept = request.cookies.get(request.app.state.jar.name(COOKIE))
    if kept is not None:
        state[_SHOWN] = True
    return [*_open(request, kept or ""), *state.pop(_NEW, [])]


async def carry(message: Message, scope: Scope) -> None:
    """Put new messages into the answer's cookie, or remove those that were shown."""
    if message["type"] != "http.response.start":
        return
    state = scope.get("state") or {}
    new = cast("list[Flash]", state.get(_NEW, []))
    app = scope["litestar_app"].state
    if new:
        cookie = app.jar.cookie(COOKIE, _seal(app.vault, new[-_KEPT:]))
    elif state.get(_SHOWN):
        cookie = app.jar.gone(COOKIE)
    else:
        return
    headers = MutableScopeHeaders.from_message(message)
    headers.add("set-cookie", cookie.to_header(header=""))


def _seal(vault: Vault, messages: list[Flash]) -> str:
    text = json.dumps([asdict(message) for message in messages], ensure_ascii=False)
    body = base64.urlsafe_b64encode(text.encode()).decode()
    return f"{body}.{vault.sign('flash:' + body)}"


def _open(request: Request[Any, Any, Any], kept: str) -> list[Flash]:
    body, _, signature = kept.partition(".")
    if not request.app.state.vault.is_signed("flash:" + body, signature):
        return []
    try:
        return [Flash(**entry) for entry in json.loads(base64.urlsafe_b64decode(body))]
    except (binascii.Error, ValueError, TypeError):
        return []
