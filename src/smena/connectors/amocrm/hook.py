"""The subscription to webhooks: made at connecting, looked after every day."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from smena.connectors.amocrm.client import GOOD, SHUT, AccessLost, Client, Passing
from smena.connectors.amocrm.core.payload import UNREADABLE, read_page
from smena.connectors.amocrm.core.values import Loose, flag
from smena.connectors.amocrm.model import HookState
from smena.kernel.errors import TryLater

SETTINGS = (
    *(f"{verb}_lead" for verb in ("add", "update", "delete", "restore", "status", "responsible")),
    "note_lead",
    *(f"{verb}_contact" for verb in ("add", "update", "delete", "restore", "responsible", "note")),
    *(f"{verb}_company" for verb in ("add", "update", "delete", "restore", "responsible", "note")),
    *(f"{verb}_task" for verb in ("add", "update", "delete", "responsible")),
)
REQUIRED = ("add_lead", "update_lead")
TRIES = len(SETTINGS)
PATH = "/api/v4/webhooks"
BAD_REQUEST, IMPOSSIBLE = 400, 422


@dataclass(frozen=True, slots=True)
class Subscribed:
    state: HookState
    detail: str = ""


class _HookJson(msgspec.Struct):
    destination: str | None = None
    disabled: Loose = None
    settings: list[str] = field(default_factory=list)


async def ensure(client: Client, destination: str | None) -> Subscribed:
    """Make sure that amoCRM tells our address of changes; without an address we only ask."""
    if destination is None:
        return Subscribed(HookState.NO_ADDRESS)
    try:
        if await _is_alive(client, destination):
            return Subscribed(HookState.ALIVE)
        return await _subscribe(client, destination)
    except AccessLost as lost:  # the rest of the API may be open: webhooks need a dearer plan
        return Subscribed(HookState.REFUSED, str(lost.status))
    except (Passing, TryLater) as trouble:
        return Subscribed(HookState.UNKNOWN, str(trouble))


async def cancel(client: Client, destination: str | None) -> None:
    """Take the subscription back; amoCRM may already have forgotten it."""
    if destination is not None:
        await client.turn()
        await client.send("DELETE", PATH, msgspec.json.encode({"destination": destination}))


async def _is_alive(client: Client, destination: str) -> bool:
    page = await client.read(
        PATH,
        (("filter[destination]", destination),),
        lambda body: read_page(body, "webhooks"),
    )
    for item in page.items:
        try:
            hook = msgspec.json.decode(item, type=_HookJson, strict=False)
        except UNREADABLE:
            continue
        if hook.destination == destination and not flag(hook.disabled):
            return set(REQUIRED) <= set(hook.settings)
    return False


async def _subscribe(client: Client, destination: str) -> Subscribed:
    """Ask for all we know; a setting that this account does not have is left out."""
    settings: Sequence[str] = SETTINGS
    dropped: list[str] = []
    for _ in range(TRIES):
        await client.turn()
        body = msgspec.json.encode({"destination": destination, "settings": settings, "sort": 10})
        answer = await client.send("POST", PATH, body)
        if answer.status in GOOD:
            return Subscribed(HookState.ALIVE, ", ".join(dropped))
        text = answer.body.decode("utf-8", "replace")
        named = [name for name in settings if name in text]
        if answer.status not in (BAD_REQUEST, IMPOSSIBLE) or not named:
            reason = f"{answer.status} {text[:200]}".strip()
            is_final = answer.status in (*SHUT, BAD_REQUEST, IMPOSSIBLE)
            return Subscribed(HookState.REFUSED if is_final else HookState.UNKNOWN, reason)
        dropped += named
        settings = [name for name in settings if name not in named]
    return Subscribed(HookState.REFUSED, ", ".join(dropped))
