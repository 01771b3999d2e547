"""Catalogs and their elements: lists of goods and services, with custom fields of their own."""

from collections.abc import Iterable

from litestar import get, patch, post
from litestar.params import FromPath

from amocrm_emulator.account.store import Doc
from amocrm_emulator.serving.api.kit import query as queries
from amocrm_emulator.serving.api.kit.answers import (
    Answer,
    ApiRefusal,
    Http,
    absent,
    hal,
    listing,
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
    wrong_types,
)
from amocrm_emulator.serving.api.kit.caller import Caller, caller
from amocrm_emulator.serving.api.kit.checks import check_custom_fields
from amocrm_emulator.serving.api.kit.lists import Where, page_of

KIND, ELEMENTS = "catalogs", "catalog_elements"
TYPES = {"regular", "invoices", "suppliers", "products"}
OWN_MAX = 10
_FIRST_CATALOG, _FIRST_ELEMENT = 9_000, 3_000_000
ONE = "/api/v4/catalogs/{catalog:int}"


@get("/api/v4/catalogs")
async def catalogs(request: Http) -> Answer:
    who, query = caller(request), queries.of(request)
    docs, has_next = page_of(who.crm.store, Where(["kind = 'catalogs'", "deleted = 0"], []), query)
    rows = [_shown(request, doc) for doc in docs]
    return listing(request, KIND, rows, query, has_next=has_next)


@get(ONE)
async def one_catalog(request: Http, catalog: FromPath[int]) -> Answer:
    doc = caller(request).crm.store.entity(KIND, catalog)
    return absent(request) if doc is None else hal(_shown(request, doc))


@post("/api/v4/catalogs", status_code=200)
async def add_catalogs(request: Http) -> Answer:
    who = caller(request, admin=True)
    items = await read_items(request)
    known = who.crm.store.rows("SELECT count(*) FROM entity WHERE kind = 'catalogs'")[0][0]
    if known + len(items) > OWN_MAX:
        raise ApiRefusal(400, f"At most {OWN_MAX} catalogs", [])
    check_items(items, _check)
    with who.crm.work.transaction():
        made = [_add(who, item) for item in items]
    rows = [
        _shown(request, doc) | {"request_id": item["request_id"]}
        for doc, item in zip(made, items, strict=True)
    ]
    return written(request, KIND, rows)


@get(f"{ONE}/elements")
async def elements(request: Http, catalog: FromPath[int]) -> Answer:
    who, query = caller(request), queries.of(request)
    where = Where(["kind = 'catalog_elements'", "deleted = 0", "parent = ?"], [catalog])
    if "id" in query.filter:
        where.one_of("id", queries.numbers(query.filter["id"]))
    if query.search:
        where.add("instr(search, ?) > 0", query.search.lower())
    docs, has_next = page_of(who.crm.store, where, query)
    rows = [_shown_element(request, doc) for doc in docs]
    return listing(request, "elements", rows, query, has_next=has_next)


@get(f"{ONE}/elements/{{number:int}}")
async def one_element(request: Http, catalog: FromPath[int], number: FromPath[int]) -> Answer:
    doc = _find(caller(request), catalog, number)
    return absent(request) if doc is None else hal(_shown_element(request, doc))


@post(f"{ONE}/elements", status_code=200)
async def add_elements(request: Http, catalog: FromPath[int]) -> Answer:
    who = caller(request)
    if who.crm.store.entity(KIND, catalog) is None:
        raise ApiRefusal(404, "Catalog not found")
    items = await read_items(request)
    check_items(items, lambda item: _check_element(who, catalog, item, is_new=True))
    at = who.crm.clock.now()
    with who.crm.work.transaction():
        made = [
            _save(
                who,
                catalog,
                item,
                {
                    "id": who.crm.store.next_id("element", _FIRST_ELEMENT),
                    "name": "",
                    "created_by": who.user,
                    "created_at": at,
                    "custom_fields_values": None,
                    "catalog_id": catalog,
                    "account_id": who.crm.account.id,
                    "is_deleted": False,
                },
            )
            for item in items
        ]
    return _elements(request, catalog, made, items)


@patch(f"{ONE}/elements")
async def change_elements(request: Http, catalog: FromPath[int]) -> Answer:
    who, items = caller(request), await read_items(request)
    check_items(items, lambda item: _check_element(who, catalog, item, is_new=False))
    with who.crm.work.transaction():
        made = [
            _save(who, catalog, item, who.crm.records.existing(ELEMENTS, item["id"]))
            for item in items
        ]
    return _elements(request, catalog, made, items)


def _check(item: Doc) -> Iterable[Trouble]:
    yield from missing(item, ("name",))
    yield from wrong_types(item, ("sort",), ("name",))
    if item.get("type") not in {None, *TYPES}:
        yield not_a_choice("type")


def _check_element(who: Caller, catalog: int, item: Doc, *, is_new: bool) -> Iterable[Trouble]:
    if is_new:
        yield from missing(item, ("name",))
    elif not is_whole(item.get("id")) or _find(who, catalog, item["id"]) is None:
        yield not_a_choice("id")
    yield from wrong_types(item, (), ("name",))
    yield from check_custom_fields(who.crm, f"{KIND}/{catalog}", item.get("custom_fields_values"))


def _add(who: Caller, item: Doc) -> Doc:
    at, number = who.crm.clock.now(), who.crm.store.next_id("catalog", _FIRST_CATALOG)
    doc: Doc = {
        "id": number,
        "name": item["name"],
        "type": item.get("type") or "regular",
        "sort": item.get("sort") or number,
        "created_by": who.user,
        "updated_by": who.user,
        "created_at": at,
        "updated_at": at,
        "can_add_elements": True,
        "can_show_in_cards": True,
        "can_link_multiple": True,
        "can_be_deleted": True,
        "account_id": who.crm.account.id,
    }
    who.crm.store.save(KIND, doc, {})
    return doc


def _save(who: Caller, catalog: int, item: Doc, old: Doc) -> Doc:
    given = item.get("custom_fields_values")
    fields = who.crm.fields.merged(f"{KIND}/{catalog}", old["custom_fields_values"], given)
    doc = old | {
        "name": item.get("name") or old["name"],
        "custom_fields_values": fields,
        "updated_by": who.user,
        "updated_at": who.crm.clock.now(),
    }
    who.crm.store.save(ELEMENTS, doc, {"parent": catalog, "search": doc["name"].lower()})
    return doc


def _find(who: Caller, catalog: int, number: int) -> Doc | None:
    doc = who.crm.store.entity(ELEMENTS, number)
    return doc if doc is not None and doc["catalog_id"] == catalog else None


def _elements(request: Http, catalog: int, made: list[Doc], items: list[Doc]) -> Answer:
    rows = [
        _shown_element(request, doc) | {"request_id": item["request_id"]}
        for doc, item in zip(made, items, strict=True)
    ]
    return written(request, "elements", rows, f"catalogs/{catalog}/elements")


def _shown(request: Http, doc: Doc) -> Doc:
    return doc | {"_links": self_link(request, f"catalogs/{doc['id']}")}


def _shown_element(request: Http, doc: Doc) -> Doc:
    path = f"catalogs/{doc['catalog_id']}/elements/{doc['id']}"
    return doc | {"_links": self_link(request, path)}
