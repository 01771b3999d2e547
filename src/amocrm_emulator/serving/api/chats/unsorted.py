"""Unsorted leads: told by forms and telephony, then accepted, declined, or joined to a lead."""

from collections.abc import Iterable
from typing import Any

from litestar import delete, get, post
from litestar.params import FromPath

from amocrm_emulator.account.store import Doc
from amocrm_emulator.account.unsorted import CATEGORIES
from amocrm_emulator.serving.api.cards.card_writes import add_card, given_card
from amocrm_emulator.serving.api.kit import query as queries
from amocrm_emulator.serving.api.kit.answers import (
    Answer,
    ApiRefusal,
    Http,
    hal,
    listing,
    self_link,
    written,
)
from amocrm_emulator.serving.api.kit.bodies import (
    Trouble,
    check_items,
    inside,
    is_whole,
    missing,
    not_a_choice,
    read_items,
    read_object,
)
from amocrm_emulator.serving.api.kit.caller import Caller, caller
from amocrm_emulator.serving.api.kit.checks import card_exists, check_card, is_active
from amocrm_emulator.serving.api.kit.lists import Where, page_of

CARDS_OF_IT = ("leads", "contacts", "companies")
METADATA = {
    "sip": ("from", "phone", "called_at", "duration", "service_code", "uniq"),
    "forms": ("form_id", "form_name", "form_page", "form_sent_at"),
}


@get("/api/v4/leads/unsorted")
async def unsorted_leads(request: Http) -> Answer:
    who, query = caller(request), queries.of(request)
    docs, has_next = page_of(who.crm.store, _where(query), query)
    rows = [_shown(request, doc) for doc in docs]
    return listing(request, "unsorted", rows, query, has_next=has_next)


@get("/api/v4/leads/unsorted/summary")
async def unsorted_summary(request: Http) -> Answer:
    """Count what came, what was accepted and declined, by category."""
    who, query = caller(request), queries.of(request)
    where = _where(query, deleted=None)
    docs = who.crm.store.docs(f"SELECT doc FROM entity WHERE {where}", where.params)  # noqa: S608
    ends = [doc.get("ended") for doc in docs]
    accepted = [doc for doc in docs if doc.get("ended") in {"accept", "link"}]
    spent = [doc["updated_at"] - doc["created_at"] for doc in accepted]
    waiting = [doc for doc in docs if doc.get("ended") is None]
    by_category = {
        name: {"total": sum(doc["category"] == name for doc in waiting)} for name in CATEGORIES
    }
    return hal(
        {
            "total": len(waiting),
            "accepted": len(accepted),
            "declined": ends.count("decline"),
            "average_sort_time": sum(spent) // len(spent) if spent else 0,
            "categories": by_category,
            "_links": self_link(request, "leads/unsorted/summary"),
        }
    )


@get("/api/v4/leads/unsorted/{uid:str}")
async def one_unsorted(request: Http, uid: FromPath[str]) -> Answer:
    return hal(_shown(request, _existing(caller(request), uid)))


@post("/api/v4/leads/unsorted/{category:str}", status_code=200)
async def add_unsorted(request: Http, category: FromPath[str]) -> Answer:
    """Add from telephony (`sip`) or from forms (`forms`)."""
    who = caller(request)
    if category not in METADATA:
        raise ApiRefusal(404, "Not found")
    items = await read_items(request)
    check_items(items, lambda item: _check(who, category, item))
    with who.crm.work.transaction():
        added = [_add(who, category, item) for item in items]
    rows = [
        {
            "uid": row["uid"],
            "account_id": row["account_id"],
            "request_id": item["request_id"],
            "_links": self_link(request, f"leads/unsorted/{row['uid']}"),
            "_embedded": _cards(request, row),
        }
        for row, item in zip(added, items, strict=True)
    ]
    return written(request, "unsorted", rows, f"leads/unsorted/{category}", total=len(rows))


@post("/api/v4/leads/unsorted/{uid:str}/accept", status_code=200)
async def accept_unsorted(request: Http, uid: FromPath[str]) -> Answer:
    who = caller(request)
    row, item = _existing(who, uid), await _object(request)
    check_items([item], lambda item: _check_accept(who, row, item))
    user, status = item.get("user_id"), item.get("status_id")
    who.crm.unsorted.accept(who.user, who.crm.clock.now(), row, user=user, status=status)
    return _ended(request, row)


@delete("/api/v4/leads/unsorted/{uid:str}/decline", status_code=200)
async def decline_unsorted(request: Http, uid: FromPath[str]) -> Answer:
    who = caller(request)
    row, item = _existing(who, uid), await _object(request)
    check_items([item], lambda item: _check_accept(who, row, item))
    by = item.get("user_id") or who.user
    who.crm.unsorted.decline(by, who.crm.clock.now(), row)
    return _ended(request, row)


@post("/api/v4/leads/unsorted/{uid:str}/link", status_code=200)
async def link_unsorted(request: Http, uid: FromPath[str]) -> Answer:
    """Join a chat to a lead that exists."""
    who = caller(request)
    row, item = _existing(who, uid), await _object(request)
    if row["category"] != "chats":
        raise ApiRefusal(422, "Only chats can be joined to a lead")
    check_items([item], lambda item: _check_link(who, item))
    who.crm.unsorted.link(who.user, who.crm.clock.now(), row, item["link"]["entity_id"])
    return _ended(request, row)


def _where(query: queries.Query, deleted: int | None = 0) -> Where:
    where = Where(["kind = 'unsorted'"], [])
    if deleted is not None:
        where.add("deleted = ?", deleted)
    for name, column in (("uid", "search"), ("category", "subtype")):
        if name in query.filter:
            where.one_of(column, queries.values(query.filter[name]))
    if "pipeline_id" in query.filter:
        where.one_of("pipeline", queries.numbers(query.filter["pipeline_id"]))
    where.between("created_at", query.filter.get("created_at", ""))
    return where


async def _object(request: Http) -> Doc:
    given = await read_object(request) if await request.body() else {}
    return given | {"request_id": "0"}


def _existing(who: Caller, uid: str) -> Doc:
    row = who.crm.unsorted.find(uid)
    if row is None:
        raise ApiRefusal(404, "Unsorted lead not found")
    return row


def _check(who: Caller, category: str, item: Doc) -> Iterable[Trouble]:
    yield from missing(item, ("source_name", "source_uid", "metadata"))
    metadata = item.get("metadata")
    if metadata is not None and not isinstance(metadata, dict):
        yield ("InvalidType", "metadata", "This value should be of type object.")
    elif metadata is not None:
        yield from inside("metadata", missing(metadata, METADATA[category]))
    pipeline = item.get("pipeline_id")
    if pipeline is not None and pipeline not in {p["id"] for p in who.crm.pipelines.all}:
        yield not_a_choice("pipeline_id")
    for kind in CARDS_OF_IT:
        cards = (item.get("_embedded") or {}).get(kind) or []
        if len(cards) > 1:
            yield ("NotSupported", f"_embedded.{kind}", "At most one is allowed.")
        for card in cards[:1]:
            yield from inside(f"_embedded.{kind}.0", check_card(who.crm, kind, card))


def _check_accept(who: Caller, row: Doc, item: Doc) -> Iterable[Trouble]:
    user, status = item.get("user_id"), item.get("status_id")
    if user is not None and not is_active(who.crm, user):
        yield not_a_choice("user_id")
    if status is not None and not (
        is_whole(status) and who.crm.pipelines.takes(row["pipeline_id"], status)
    ):
        yield not_a_choice("status_id")


def _check_link(who: Caller, item: Doc) -> Iterable[Trouble]:
    target = item.get("link")
    if not isinstance(target, dict):
        yield ("FieldMissing", "link", "This field is missing.")
    elif target.get("entity_type") != "leads":
        yield not_a_choice("link.entity_type")
    elif not card_exists(who.crm, "leads", target.get("entity_id")):
        yield not_a_choice("link.entity_id")


def _add(who: Caller, category: str, item: Doc) -> Doc:
    pipeline = item.get("pipeline_id") or int(who.crm.pipelines.main()["id"])
    quiet: dict[str, Any] = {"quiet": True}
    made = {
        kind: add_card(who, kind, card, **quiet)
        for kind in ("companies", "contacts")
        if (card := given_card(item, kind)) is not None
    }
    lead = (given_card(item, "leads") or {}) | {
        "pipeline_id": pipeline,
        "status_id": who.crm.pipelines.unsorted_stage(pipeline),
        "created_by": 0,
    }
    links = {kind: [{"id": number}] for kind, number in made.items()}
    made["leads"] = add_card(
        who, "leads", lead | {"_embedded": (lead.get("_embedded") or {}) | links}, **quiet
    )
    return who.crm.unsorted.add(
        who.crm.clock.now(),
        category,
        {kind: [number] for kind, number in made.items()},
        pipeline_id=pipeline,
        metadata=item["metadata"],
        source_uid=item["source_uid"],
        source_name=item["source_name"],
        created_at=item["created_at"] if is_whole(item.get("created_at")) else None,
    )


def _ended(request: Http, row: Doc) -> Answer:
    links = self_link(request, f"leads/unsorted/{row['uid']}")
    return hal(_public(row) | {"_links": links, "_embedded": _cards(request, row)})


def _shown(request: Http, row: Doc) -> Doc:
    links = self_link(request, f"leads/unsorted/{row['uid']}")
    return _public(row) | {"_links": links, "_embedded": _cards(request, row)}


def _public(row: Doc) -> Doc:
    return {n: v for n, v in row.items() if n not in {"id", "cards", "updated_at", "ended"}}


def _cards(request: Http, row: Doc) -> Doc:
    return {
        kind: [
            {"id": number, "_links": self_link(request, f"{kind}/{number}")}
            for number in row["cards"].get(kind, ())
        ]
        for kind in CARDS_OF_IT
    }
