"""Custom fields of leads, contacts, companies and customers: the directory and its groups.

Administrators write it, everybody reads it. Cards of a removed field lose its values.
"""

from collections.abc import Iterable

import msgspec
from litestar import delete, get, patch, post
from litestar.params import FromPath

from amocrm_emulator.account.core.field_values import CHOICES
from amocrm_emulator.account.core.standard_fields import AVAILABLE, CATALOG
from amocrm_emulator.account.crm import Crm
from amocrm_emulator.account.store import Doc
from amocrm_emulator.serving.api.kit import query as queries
from amocrm_emulator.serving.api.kit.answers import (
    Answer,
    ApiRefusal,
    Http,
    hal,
    self_link,
    written,
)
from amocrm_emulator.serving.api.kit.bodies import (
    Trouble,
    check_items,
    is_whole,
    missing,
    not_a_choice,
    read_items,
    read_object,
    wrong_types,
)
from amocrm_emulator.serving.api.kit.caller import Caller, caller
from amocrm_emulator.serving.api.kit.pages import counted

KINDS = ("leads", "contacts", "companies", "customers", "customers/segments")
REMINDERS = {"never", "day", "week", "month"}
ONE = "/{number:int}"


def field_paths(tail: str = "") -> list[str]:
    """Return the addresses of the directories, those of catalogs among them."""
    own = [f"/api/v4/{kind}/custom_fields{tail}" for kind in KINDS]
    return [*own, f"/api/v4/catalogs/{{catalog:int}}/custom_fields{tail}"]


def field_kind(request: Http) -> str:
    """Return whose fields the address names: "leads", "customers/segments", "catalogs/9"."""
    kind = str(request.scope["path"]).removeprefix("/api/v4/").partition("/custom_fields")[0]
    who = caller(request)
    if kind.startswith(CATALOG) and who.crm.store.entity(CATALOG, int(kind.split("/")[1])) is None:
        raise ApiRefusal(404, "Catalog not found")
    return kind


@get(field_paths())
async def custom_fields(request: Http) -> Answer:
    who, kind, query = caller(request), field_kind(request), queries.of(request)
    types = queries.values(query.filter["type"]) if "type" in query.filter else None
    fields = [field for field in who.crm.fields.of(kind) if types is None or field["type"] in types]
    name, direction = query.order or ("sort", "asc")
    fields.sort(key=lambda field: (field["id"] if name == "id" else field["sort"], field["id"]))
    if str(direction).lower() == "desc":
        fields.reverse()
    rows = [_shown(request, kind, field) for field in fields]
    return counted(request, "custom_fields", rows, query, has_last=True)


@get(field_paths(ONE))
async def one_custom_field(request: Http, number: FromPath[int]) -> Answer:
    kind = field_kind(request)
    return hal(_shown(request, kind, _existing(caller(request).crm, kind, number)))


@post(field_paths(), status_code=201)
async def add_custom_fields(request: Http) -> Answer:
    who, kind = caller(request, admin=True), field_kind(request)
    items = await read_items(request)
    check_items(items, lambda item: _check(who, kind, item, is_new=True))
    with who.crm.work.transaction():
        added = [(who.crm.fields.add(kind, item), item["request_id"]) for item in items]
    rows = [_shown(request, kind, field) | {"request_id": told} for field, told in added]
    return _written(request, kind, rows, 201)


@patch(field_paths())
async def change_custom_fields(request: Http) -> Answer:
    who, kind = caller(request, admin=True), field_kind(request)
    items = await read_items(request)
    check_items(items, lambda item: _check_change(who, kind, item))
    with who.crm.work.transaction():
        changed = [who.crm.fields.change(kind, item["id"], item) for item in items]
    return _written(request, kind, [_shown(request, kind, field) for field in changed])


@patch(field_paths(ONE))
async def change_custom_field(request: Http, number: FromPath[int]) -> Answer:
    who, kind = caller(request, admin=True), field_kind(request)
    _existing(who.crm, kind, number)
    item = await read_object(request) | {"id": number, "request_id": "0"}
    check_items([item], lambda item: _check_change(who, kind, item))
    with who.crm.work.transaction():
        return hal(_shown(request, kind, who.crm.fields.change(kind, number, item)))


@delete(field_paths(ONE), status_code=204)
async def remove_custom_field(request: Http, number: FromPath[int]) -> None:
    who, kind = caller(request, admin=True), field_kind(request)
    if not _existing(who.crm, kind, number)["is_deletable"]:
        raise ApiRefusal(400, "A field of the system cannot be deleted", [])
    with who.crm.work.transaction():
        who.crm.fields.remove(kind, number)
        _forget_values(who.crm, kind, number)


def _forget_values(crm: Crm, kind: str, number: int) -> None:
    for (text,) in crm.store.rows(
        "SELECT doc FROM entity WHERE kind = ? AND doc LIKE ?", kind, f'%"field_id":{number},%'
    ):
        doc = msgspec.json.decode(text)
        kept = [f for f in doc["custom_fields_values"] if f["field_id"] != number] or None
        crm.records.save(kind, doc | {"custom_fields_values": kept})


def _existing(crm: Crm, kind: str, number: int) -> Doc:
    field = crm.fields.find(kind, {"field_id": number})
    if field is None:
        raise ApiRefusal(404, "Custom field not found")
    return field


def _check_change(who: Caller, kind: str, item: Doc) -> Iterable[Trouble]:
    field = who.crm.fields.find(kind, {"field_id": item.get("id") or -1})
    if field is None:
        return [not_a_choice("id")]
    return _check(who, kind, {"type": field["type"]} | item, is_new=False)


def _check(who: Caller, kind: str, item: Doc, *, is_new: bool) -> Iterable[Trouble]:
    if is_new:
        yield from missing(item, ("name", "type"))
    yield from wrong_types(item, ("sort",), ("name", "type", "code"))
    type_ = str(item.get("type"))
    if is_new and item.get("type") and not _is_available(kind, type_):
        yield not_a_choice("type")
    if type_ in CHOICES and (is_new or item.get("enums") is not None):
        yield from _check_enums(item.get("enums"))
    if item.get("group_id") is not None and item["group_id"] not in {
        group["id"] for group in who.crm.fields.groups(kind)
    }:
        yield not_a_choice("group_id")
    if type_ == "birthday" and item.get("remind") not in {None, *REMINDERS}:
        yield not_a_choice("remind")
    for name in ("required_statuses", "hidden_statuses"):
        yield from _check_statuses(who.crm, name, item.get(name))


def _is_available(kind: str, type_: str) -> bool:
    return (CATALOG if kind.startswith(CATALOG) else kind) in AVAILABLE.get(type_, ())


def _check_enums(given: object) -> Iterable[Trouble]:
    if not isinstance(given, list) or not given:
        yield ("FieldMissing", "enums", "This field is missing.")
        return
    for place, enum in enumerate(given):
        if not isinstance(enum, dict) or not (enum.get("value") or enum.get("id")):
            yield ("FieldMissing", f"enums.{place}.value", "This field is missing.")


def _check_statuses(crm: Crm, name: str, given: object) -> Iterable[Trouble]:
    if given is not None and not isinstance(given, list):
        yield ("InvalidType", name, "This value should be of type array.")
        return
    for place, pair in enumerate(given or ()):
        names = pair if isinstance(pair, dict) else {}
        pipeline, status = names.get("pipeline_id"), names.get("status_id")
        is_known = (
            is_whole(pipeline) and is_whole(status) and crm.pipelines.has_status(pipeline, status)
        )
        if not is_known:
            yield not_a_choice(f"{name}.{place}.status_id")


def _shown(request: Http, kind: str, field: Doc) -> Doc:
    return field | {"_links": self_link(request, f"{kind}/custom_fields/{field['id']}")}


def _written(request: Http, kind: str, rows: list[Doc], status: int = 200) -> Answer:
    answer = written(request, "custom_fields", rows, f"{kind}/custom_fields", total=len(rows))
    answer.status_code = status
    return answer
