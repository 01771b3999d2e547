"""Customers of repeated sales: refused while the account's feature is off, else a plain list."""

from collections.abc import Iterable
from typing import Any

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
    whole,
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
from amocrm_emulator.serving.api.kit.checks import is_active
from amocrm_emulator.serving.api.kit.lists import customers_page
from amocrm_emulator.serving.api.kit.switches import switches

SETTABLE = ("name", "next_price", "next_date", "status_id", "periodicity", "responsible_user_id")
WHOLE = ("id", "next_price", "next_date", "status_id", "periodicity", "responsible_user_id")


def _caller(request: Http) -> Caller:
    who = caller(request)
    if not switches(request).has_customers:
        raise ApiRefusal(402, "Функционал покупателей выключен")
    return who


@get("/api/v4/customers")
async def customers(request: Http) -> Answer:
    who, query = _caller(request), queries.of(request)
    docs, has_next = customers_page(who.crm.store, query)
    rows = [_shown(request, doc) for doc in docs]
    return listing(request, "customers", rows, query, has_next=has_next)


@get("/api/v4/customers/{number:int}")
async def one_customer(request: Http, number: FromPath[int]) -> Answer:
    doc = _caller(request).crm.store.entity("customers", number)
    return absent(request) if doc is None else hal(_shown(request, doc))


@post("/api/v4/customers", status_code=200)
async def add_customers(request: Http) -> Answer:
    who = _caller(request)
    items = await read_items(request)
    check_items(items, lambda item: _check(who, item, is_new=True))
    at = who.crm.clock.now()
    with who.crm.work.transaction():
        made = [(who.crm.customers.add(who.user, at, _given(item)), item) for item in items]
    rows = [
        {
            "id": number,
            "request_id": item["request_id"],
            "_links": self_link(request, f"customers/{number}"),
        }
        for number, item in made
    ]
    return written(request, "customers", rows)


@patch("/api/v4/customers")
async def change_customers(request: Http) -> Answer:
    who = _caller(request)
    items = await read_items(request)
    check_items(items, lambda item: _check(who, item, is_new=False))
    at = who.crm.clock.now()
    with who.crm.work.transaction():
        changed = [
            who.crm.customers.change(who.user, at, item["id"], _given(item)) for item in items
        ]
    rows = [
        {
            "id": doc["id"],
            "updated_at": doc["updated_at"],
            "_links": self_link(request, f"customers/{doc['id']}"),
        }
        for doc in changed
    ]
    return written(request, "customers", rows)


@get(["/api/v4/customers/statuses", "/api/v4/customers/segments"])
async def customer_groups(request: Http) -> Answer:
    """List the stages of repeated sales, or the segments of customers."""
    name, rows = _groups(request)
    shown = [row | {"_links": self_link(request, f"customers/{name}/{row['id']}")} for row in rows]
    return whole(request, name, shown, f"customers/{name}")


@get(["/api/v4/customers/statuses/{number:int}", "/api/v4/customers/segments/{number:int}"])
async def one_customer_group(request: Http, number: FromPath[int]) -> Answer:
    name, rows = _groups(request)
    row = next((row for row in rows if row["id"] == number), None)
    if row is None:
        return absent(request)
    return hal(row | {"_links": self_link(request, f"customers/{name}/{number}")})


def _groups(request: Http) -> tuple[str, list[Doc]]:
    """Return what the address names: statuses or segments."""
    found = _caller(request).crm.customers
    if "/statuses" in request.scope["path"]:
        return "statuses", found.stages()
    return "segments", found.segments()


def _check(who: Caller, item: Doc, *, is_new: bool) -> Iterable[Trouble]:
    if is_new:
        yield from missing(item, ("name",))
    elif not is_whole(item.get("id")) or not who.crm.store.entity("customers", item["id"]):
        yield not_a_choice("id")
    yield from wrong_types(item, WHOLE, ("name",))
    responsible = item.get("responsible_user_id")
    if responsible is not None and not is_active(who.crm, responsible):
        yield not_a_choice("responsible_user_id")
    stages = {stage["id"] for stage in who.crm.customers.stages()}
    if is_whole(item.get("status_id")) and item["status_id"] not in stages:
        yield not_a_choice("status_id")


def _given(item: Doc) -> dict[str, Any]:
    return {name: item[name] for name in SETTABLE if item.get(name) is not None}


def _shown(request: Http, doc: Doc) -> Doc:
    embedded = {"tags": doc["tags"], "segments": []}
    card = {name: value for name, value in doc.items() if name != "tags"}
    links = self_link(request, f"customers/{doc['id']}")
    return card | {"_links": links, "_embedded": embedded}
