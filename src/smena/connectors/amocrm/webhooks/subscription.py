"""The subscription to webhooks: made at connecting, looked after every day."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import msgspec
import structlog

from smena.connectors.amocrm import reasons
from smena.connectors.amocrm.api.client import GOOD, SHUT, AccessLost, Client, TransientError
from smena.connectors.amocrm.api.core.listing import Listing
from smena.connectors.amocrm.api.core.payload import UNREADABLE
from smena.connectors.amocrm.api.core.values import Loose, flag
from smena.connectors.amocrm.model import Connection, WebhookState
from smena.connectors.amocrm.webhooks.core.subscription import SETTINGS, WebhookSeen, plan
from smena.kernel.errors import TryLater

TRIES = len(SETTINGS)
LIST = Listing("webhooks", ())
PATH = "/api/v4/webhooks"
BAD_REQUEST, IMPOSSIBLE = 400, 422

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Subscribed:
    """`detail`: the settings that this account lacks, or a reason why it is not subscribed."""

    state: WebhookState
    detail: str = ""


class _WebhookJson(msgspec.Struct):
    destination: str | None = None
    disabled: Loose = None
    settings: list[str] = field(default_factory=list)


async def ensure(
    client: Client, destination: str | None, lacking: Collection[str] = ()
) -> Subscribed:
    """Make sure that amoCRM tells our address of changes; without an address we only ask.

    `lacking` are settings that this account is known not to have.
    """
    if destination is None:
        return Subscribed(WebhookState.NO_ADDRESS)
    try:
        found = plan(await _seen(client), destination, lacking)
        for stray in found.strays:
            log.info("stray_webhook_removed", host=client.host)
            await cancel(client, stray)
        if found.is_alive:
            return Subscribed(WebhookState.ALIVE, ", ".join(sorted(lacking)))
        return await _subscribe(client, destination)
    except AccessLost as lost:  # the rest of the API may be open: webhooks need a dearer plan
        return Subscribed(WebhookState.REFUSED, lost.reason)
    except (TransientError, TryLater) as trouble:
        return Subscribed(WebhookState.UNKNOWN, str(trouble))


def refused_settings(connection: Connection) -> frozenset[str]:
    """Return the settings that this account refused when it was subscribed last."""
    if connection.webhook_state is not WebhookState.ALIVE:
        return frozenset()
    return frozenset(connection.webhook_detail.split(", ")) & frozenset(SETTINGS)


async def cancel(client: Client, destination: str | None) -> None:
    """Take the subscription back; amoCRM may already have forgotten it."""
    if destination is not None:
        await client.turn()
        await client.send("DELETE", PATH, msgspec.json.encode({"destination": destination}))


async def _seen(client: Client) -> list[WebhookSeen]:
    """Read all subscriptions of the account: a hundred at most."""
    page = await client.list_page(LIST)
    found: list[WebhookSeen] = []
    for item in page.items:
        try:
            json = msgspec.json.decode(item, type=_WebhookJson, strict=False)
        except UNREADABLE:
            continue
        found.append(
            WebhookSeen(json.destination or "", flag(json.disabled), frozenset(json.settings))
        )
    return found


def _is_off(body: bytes) -> bool:
    try:
        return flag(msgspec.json.decode(body, type=_WebhookJson, strict=False).disabled)
    except UNREADABLE:
        return False


async def _subscribe(client: Client, destination: str, *, may_renew: bool = True) -> Subscribed:
    """Ask for all we know; a setting that this account does not have is left out.

    A subscription that was switched off may stay off when it is asked for: then a new one is made.
    """
    settings: Sequence[str] = SETTINGS
    dropped: list[str] = []
    for _ in range(TRIES):
        await client.turn()
        body = msgspec.json.encode({"destination": destination, "settings": settings, "sort": 10})
        answer = await client.send("POST", PATH, body)
        if answer.status in GOOD:
            if may_renew and _is_off(answer.body):
                await cancel(client, destination)
                return await _subscribe(client, destination, may_renew=False)
            return Subscribed(WebhookState.ALIVE, ", ".join(dropped))
        text = answer.body.decode("utf-8", "replace")
        named = [name for name in settings if name in text]
        if answer.status not in (BAD_REQUEST, IMPOSSIBLE) or not named:
            reason = reasons.WEBHOOK_REFUSED.about(status=answer.status, text=text.strip() or "—")
            is_final = answer.status in (*SHUT, BAD_REQUEST, IMPOSSIBLE)
            return Subscribed(WebhookState.REFUSED if is_final else WebhookState.UNKNOWN, reason)
        dropped += named
        settings = [name for name in settings if name not in named]
    lacks = reasons.WEBHOOK_NO_SETTINGS.about(names=", ".join(dropped))
    return Subscribed(WebhookState.REFUSED, lacks)
