"""Subscriptions to webhooks: one address is one hook with a list of events."""

from collections.abc import Collection
from typing import Any
from urllib.parse import urlsplit

import msgspec
from litestar import delete, get, post

from amocrm_emulator.account.crm import Crm
from amocrm_emulator.account.store import Doc, text_of
from amocrm_emulator.account.switches import CHAT_SETTINGS
from amocrm_emulator.serving.api.kit import query as queries
from amocrm_emulator.serving.api.kit.answers import Answer, ApiRefusal, Http, hal, nothing, whole
from amocrm_emulator.serving.api.kit.bodies import read_object
from amocrm_emulator.serving.api.kit.caller import caller

HOOKS_MAX = 100
SETTINGS = frozenset(
    [
        f"{action}_{entity}"
        for entity in ("lead", "contact", "company")
        for action in ("add", "update", "delete", "restore", "responsible", "note")
    ]
    + ["status_lead", "add_task", "update_task", "delete_task", "responsible_task"]
    + ["add_talk", "update_talk", "add_chat_template_review", "add_message"]
    + ["add_outgoing_message"]
    + [f"{action}_unsorted" for action in ("add", "update", "delete")]
    + [f"{action}_customer" for action in ("add", "update", "delete", "responsible", "note")]
)


@get("/api/v4/webhooks")
async def webhooks(request: Http) -> Answer:
    who = caller(request, admin=True)
    wanted = queries.of(request).filter.get("destination")
    rows = [
        _shown(who.crm.account.id, row)
        for row in who.crm.store.rows("SELECT * FROM hook ORDER BY id")
        if wanted is None or row[1] in queries.values(wanted)
    ]
    return whole(request, "webhooks", rows, "webhooks") if rows else nothing()


@post("/api/v4/webhooks", status_code=201)
async def subscribe(request: Http) -> Answer:
    """Subscribe, or replace the settings of a known destination and switch it on."""
    who = caller(request, admin=True)
    item = await read_object(request)
    destination, settings = _destination(item), _settings(item, _known(who.crm))
    store, now = who.crm.store, who.crm.clock.now()
    is_known = store.row("SELECT id FROM hook WHERE destination = ?", destination) is not None
    if not is_known and store.rows("SELECT count(*) FROM hook")[0][0] >= HOOKS_MAX:
        raise ApiRefusal(422, f"At most {HOOKS_MAX} webhooks")
    with who.crm.work.transaction():
        store.run(
            "INSERT INTO hook (destination, settings, created_at, updated_at, created_by, sort)"
            " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (destination) DO UPDATE"
            " SET settings = excluded.settings, updated_at = excluded.updated_at,"
            " disabled = CASE WHEN ? THEN disabled ELSE 0 END",
            destination,
            text_of(settings),
            now,
            now,
            who.user,
            item.get("sort") or 1,
            who.crm.switches.keeps_hooks_off,
        )
    row = store.row("SELECT * FROM hook WHERE destination = ?", destination)
    assert row is not None
    store.run("DELETE FROM failure WHERE hook = ?", row[0])
    who.crm.oauth.registry.own_hook(row[0], who.client)
    return hal(_shown(who.crm.account.id, row), status=201)


@delete("/api/v4/webhooks", status_code=204)
async def unsubscribe(request: Http) -> None:
    who = caller(request, admin=True)
    destination = str((await read_object(request)).get("destination", ""))
    store = who.crm.store
    if store.row("SELECT id FROM hook WHERE destination = ?", destination) is None:
        raise ApiRefusal(404, "Webhook not found")
    store.run("DELETE FROM hook WHERE destination = ?", destination)


def _destination(item: Doc) -> str:
    given = str(item.get("destination") or "")
    try:
        parts = urlsplit(given)
        is_good = parts.scheme in {"http", "https"} and (parts.hostname or "é").isascii()
    except ValueError:
        is_good = False
    if not is_good:
        raise ApiRefusal(422, "The webhook address is not valid")
    return given


def _known(crm: Crm) -> frozenset[str]:
    return SETTINGS - CHAT_SETTINGS if crm.switches.lacks_chat_hooks else SETTINGS


def _settings(item: Doc, known: Collection[str]) -> list[str]:
    given = item.get("settings")
    if not isinstance(given, list) or not given:
        raise ApiRefusal(400, "Settings are not given", [])
    unknown = [str(name) for name in given if name not in known]
    if unknown:
        raise ApiRefusal(400, f"Unknown settings: {', '.join(unknown)}", [])
    return given


def _shown(account: int, row: tuple[Any, ...]) -> Doc:
    number, destination, settings, created_at, updated_at, created_by, sort, disabled = row
    return {
        "id": number,
        "destination": destination,
        "created_at": created_at,
        "updated_at": updated_at,
        "account_id": account,
        "created_by": created_by,
        "sort": sort,
        "disabled": bool(disabled),
        "settings": msgspec.json.decode(settings),
    }
