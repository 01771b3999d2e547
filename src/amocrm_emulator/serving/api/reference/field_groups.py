"""Groups of custom fields: the tabs of a card. Their numbers are texts."""

from litestar import delete, get, patch, post
from litestar.params import FromPath

from amocrm_emulator.account.store import Doc
from amocrm_emulator.serving.api.kit.answers import (
    Answer,
    ApiRefusal,
    Http,
    hal,
    self_link,
    whole,
    written,
)
from amocrm_emulator.serving.api.kit.bodies import check_items, missing, read_items, read_object
from amocrm_emulator.serving.api.kit.caller import Caller, caller
from amocrm_emulator.serving.api.reference.custom_fields import field_kind, field_paths

GROUPS = "/groups"
ONE = "/groups/{group:str}"


@get(field_paths(GROUPS))
async def field_groups(request: Http) -> Answer:
    who, kind = caller(request), field_kind(request)
    rows = [_shown(request, who, kind, group) for group in who.crm.fields.groups(kind)]
    return whole(request, "custom_field_groups", rows, f"{kind}/custom_fields/groups")


@get(field_paths(ONE))
async def one_field_group(request: Http, group: FromPath[str]) -> Answer:
    who, kind = caller(request), field_kind(request)
    return hal(_shown(request, who, kind, _existing(who, kind, group)))


@post(field_paths(GROUPS), status_code=201)
async def add_field_groups(request: Http) -> Answer:
    who, kind = caller(request, admin=True), field_kind(request)
    items = await read_items(request)
    check_items(items, lambda item: missing(item, ("name", "sort")))
    groups = list(who.crm.fields.groups(kind))
    with who.crm.work.transaction():
        added = [_new(who, kind, item) for item in items]
        who.crm.fields.set_groups(kind, groups + added)
    rows = [
        _shown(request, who, kind, group) | {"request_id": item["request_id"]}
        for group, item in zip(added, items, strict=True)
    ]
    answer = written(request, "custom_field_groups", rows, f"{kind}/custom_fields/groups")
    answer.status_code = 201
    return answer


@patch(field_paths(ONE))
async def change_field_group(request: Http, group: FromPath[str]) -> Answer:
    """Rename or move a group; `fields` names the fields that stand in it."""
    who, kind = caller(request, admin=True), field_kind(request)
    found, item = _existing(who, kind, group), await read_object(request)
    with who.crm.work.transaction():
        found |= {name: item[name] for name in ("name", "sort") if item.get(name) is not None}
        _put_fields(who, kind, group, item)
        who.crm.fields.set_groups(kind, list(who.crm.fields.groups(kind)))
    return hal(_shown(request, who, kind, found))


@delete(field_paths(ONE), status_code=204)
async def remove_field_group(request: Http, group: FromPath[str]) -> None:
    who, kind = caller(request, admin=True), field_kind(request)
    if _existing(who, kind, group)["is_predefined"]:
        raise ApiRefusal(400, "A group of the system cannot be deleted", [])
    kept = [found for found in who.crm.fields.groups(kind) if found["id"] != group]
    with who.crm.work.transaction():
        who.crm.fields.set_groups(kind, kept)


def _new(who: Caller, kind: str, item: Doc) -> Doc:
    number = who.crm.fields.next_group(kind)
    _put_fields(who, kind, number, item)
    return {
        "id": number,
        "name": item["name"],
        "is_predefined": False,
        "type": "custom_fields",
        "entity_type": kind,
        "sort": item["sort"],
    }


def _put_fields(who: Caller, kind: str, group: str, item: Doc) -> None:
    for number in item.get("fields") or ():
        if (field := who.crm.fields.find(kind, {"field_id": number})) is not None:
            field["group_id"] = group


def _existing(who: Caller, kind: str, group: str) -> Doc:
    found = next((row for row in who.crm.fields.groups(kind) if row["id"] == group), None)
    if found is None:
        raise ApiRefusal(404, "Group of fields not found")
    return found


def _shown(request: Http, who: Caller, kind: str, group: Doc) -> Doc:
    number = group["id"]
    own = [field["id"] for field in who.crm.fields.of(kind) if field["group_id"] == number]
    links = self_link(request, f"{kind}/custom_fields/groups/{number}")
    return group | {"fields": own, "_links": links}
