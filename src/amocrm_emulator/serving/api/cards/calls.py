"""Calls told by telephony, ringing or over: the platform finds whose number it is."""

from collections.abc import Iterable
from typing import Any

from litestar import post

from amocrm_emulator.account.core.fields import phone_key
from amocrm_emulator.account.core.kinds import SINGULAR
from amocrm_emulator.account.crm import Crm
from amocrm_emulator.account.hooks.core.body import ELEMENT_TYPE
from amocrm_emulator.account.store import Doc
from amocrm_emulator.serving.api.kit.answers import Answer, ApiRefusal, Http, hal, self_link
from amocrm_emulator.serving.api.kit.bodies import (
    Trouble,
    check_items,
    is_whole,
    missing,
    not_a_choice,
    read_any,
    read_items,
    read_object,
    wrong_types,
)
from amocrm_emulator.serving.api.kit.caller import Caller, caller
from amocrm_emulator.serving.api.kit.checks import check_authors

NOTE_OF_DIRECTION = {"inbound": "call_in", "outbound": "call_out"}
REQUIRED = ("direction", "duration", "source", "phone")
OPTIONAL = (
    "uniq",
    "link",
    "call_result",
    "call_status",
    "call_responsible",
    "responsible_user_id",
    "created_by",
    "created_at",
    "request_id",
)
NOBODY_HAS_THE_NUMBER = 263
PARAMS = ("uniq", "duration", "source", "link", "phone", "call_result", "call_status")


@post("/api/v4/calls", status_code=200)
async def calls(request: Http) -> Answer:
    """Add calls by phone number; a call whose number nobody has is an error of its own.

    When nobody has any of the numbers the whole request is refused, in the same form.
    """
    who = caller(request)
    items = await read_items(request)
    given = await read_any(request)
    nulls = {item["request_id"]: _nulls(raw) for item, raw in zip(items, given, strict=True)}
    check_items(items, lambda item: _check(who.crm, item, nulls[item["request_id"]]))
    added, errors = [], []
    with who.crm.work.transaction():
        for item in items:
            row = _add(request, who, item)
            if row is None:
                errors.append(_not_found(item))
            else:
                added.append(row)
    content = {"_total_items": len(added), "errors": errors, "_embedded": {"calls": added}}
    return hal(content, 200 if added else 400)


def _not_found(item: Doc) -> Doc:
    return {
        "title": "Entity not found",
        "type": "https://httpstatus.es/400",
        "status": NOBODY_HAS_THE_NUMBER,
        "detail": "Entity not found",
        "request_id": item["request_id"],
    }


def _nulls(item: Doc) -> list[str]:
    """Name what was given as null: a call lacks what it does not know."""
    return [name for name in OPTIONAL if name in item and item[name] is None]


def _check(crm: Crm, item: Doc, nulls: Iterable[str]) -> Iterable[Trouble]:
    yield from missing(item, REQUIRED)
    for name in nulls:
        yield ("IsNull", name, "This value should not be null.")
    yield from check_authors(crm, item)
    yield from wrong_types(item, ("duration", "call_status", "created_at"), ("phone", "source"))
    if item.get("direction") is not None and item["direction"] not in NOTE_OF_DIRECTION:
        yield not_a_choice("direction")


def _add(request: Http, who: Caller, item: Doc) -> Doc | None:
    found = find_by_phone(who.crm, str(item["phone"]))
    if found is None:
        return None
    kind, entity = found
    person = item.get("call_responsible") or item.get("responsible_user_id")
    params: dict[str, Any] = {name: item.get(name) for name in PARAMS}
    responsible = item.get("responsible_user_id") or person
    by = item.get("created_by") or person
    number = who.crm.notes.add(
        by if is_whole(by) and by in who.crm.people.users else who.user,
        who.crm.clock.now(),
        kind,
        entity,
        NOTE_OF_DIRECTION[item["direction"]],
        params | {"call_responsible": person},
        responsible_user_id=responsible
        if is_whole(responsible) and responsible in who.crm.people.users
        else None,
        created_at=item.get("created_at"),
    )
    links = {"entity": {"id": entity, "_links": self_link(request, f"{kind}/{entity}")}}
    return {
        "id": number,
        "entity_id": entity,
        "entity_type": SINGULAR[kind],
        "account_id": who.crm.account.id,
        "request_id": item["request_id"],
        "_embedded": links,
    }


def find_contact(crm: Crm, code: str | None, text: str) -> int | None:
    """Return the first contact with a phone (by its last ten digits) or an e-mail."""
    key = phone_key(text) if code == "PHONE" else text.strip().lower()
    if code not in {"PHONE", "EMAIL"} or not key:
        return None
    rows = crm.store.rows(
        "SELECT id FROM entity WHERE kind = 'contacts' AND deleted = 0 AND instr(search, ?) > 0"
        " ORDER BY id LIMIT 1",
        key,
    )
    return int(rows[0][0]) if rows else None


def find_by_phone(crm: Crm, phone: str) -> tuple[str, int] | None:
    """Match by the last ten digits: the only active lead, otherwise the contact or company."""
    key = phone_key(phone)
    if not key:
        return None
    rows = crm.store.rows(
        "SELECT kind, id FROM entity WHERE kind IN ('contacts', 'companies') AND deleted = 0"
        " AND search LIKE ? ORDER BY kind DESC, id",
        f"%{key}%",
    )
    if not rows:
        return None
    leads = {lead for kind, number in rows for lead, _ in crm.store.links(kind, number, "leads")}
    docs = [doc for lead in leads if (doc := crm.store.entity("leads", lead))]
    active = [doc["id"] for doc in docs if doc["closed_at"] is None]
    return ("leads", active[0]) if len(active) == 1 else (rows[0][0], rows[0][1])


@post("/api/v2/events", status_code=200)
async def ring(request: Http) -> Answer:
    """Tell people of a call that comes in: a pop-up, which nobody sees here."""
    who = caller(request)
    given = (await read_object(request)).get("add")
    items = given if isinstance(given, list) else []
    if not items or any(item.get("type") != "phone_call" for item in items):
        raise ApiRefusal(400, "Calls are expected in `add`", [])
    rows = []
    for item in items:
        phone = str(item.get("phone_number") or "")
        kind, number = find_by_phone(who.crm, phone) or (None, None)
        uid = f"{who.crm.store.next_id('ring', 0):032x}"
        element = ELEMENT_TYPE.get(kind or "", 0)
        rows.append(
            {"element_id": number, "element_type": element, "uid": uid, "phone_number": phone}
        )
    return hal({"_embedded": {"items": rows}})
