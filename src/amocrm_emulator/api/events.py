"""The event log, newest first."""

from collections.abc import Mapping
from typing import Any

from litestar import get
from litestar.params import FromPath

from amocrm_emulator.api import query as queries
from amocrm_emulator.api.answers import Answer, Http, hal, listing, nothing, self_link, whole
from amocrm_emulator.api.event_types import TYPES
from amocrm_emulator.api.gate import caller
from amocrm_emulator.api.lists import Where
from amocrm_emulator.api.switches import switches
from amocrm_emulator.core import SINGULAR
from amocrm_emulator.store import Doc, Store
from amocrm_emulator.work import EVENT_OF_NOTE

PLURAL = {single: plural for plural, single in SINGULAR.items()}
TYPES_OF_NOTES = frozenset(EVENT_OF_NOTE.values())
# filter[value_after][...] -> where the value lies in the log's document
VALUES = {
    "responsible_user_id": "responsible_user.id",
    "value": "sale_field_value.sale",
}


@get("/api/v4/events")
async def events(request: Http) -> Answer:
    who = caller(request)
    query = queries.of(request, limit_max=switches(request).events_max)
    docs, has_next = _page(who.crm.store, query)
    rows = [_shown(request, who.crm.store, doc, query.embed) for doc in docs]
    return listing(request, "events", rows, query, has_next=has_next)


@get("/api/v4/events/types")
async def event_types(request: Http) -> Answer:
    caller(request)
    rows = [{"key": key, "type": number, "lang": text} for key, number, text in TYPES]
    return whole(request, "events_types", rows, "events/types")


@get("/api/v4/events/{number:str}")
async def one_event(request: Http, number: FromPath[str]) -> Answer:
    store = caller(request).crm.store
    docs = store.docs("SELECT doc FROM event WHERE id = ?", [number])
    embed = queries.of(request).embed
    return hal(_shown(request, store, docs[0], embed)) if docs else nothing()


def _page(store: Store, query: queries.Query) -> tuple[list[Doc], bool]:
    where = _where(query.filter)
    sql = (
        f"SELECT doc FROM event WHERE {where}"  # noqa: S608 -- constant parts
        " ORDER BY created_at DESC, id DESC LIMIT ? OFFSET ?"
    )
    place = (query.page - 1) * query.limit
    docs = store.docs(sql, [*where.params, query.limit + 1, place])
    return docs[: query.limit], len(docs) > query.limit


def _where(given: Mapping[str, Any]) -> Where:
    where = Where(["1 = 1"], [])
    where.between("created_at", given.get("created_at", ""))
    for name in ("created_by", "entity_id"):
        if name in given:
            where.one_of(name, queries.numbers(given[name]))
    for name, column in (("type", "type"), ("entity", "entity_type"), ("id", "id")):
        if name in given:
            where.one_of(column, queries.values(given[name]))
    for name in ("value_after", "value_before"):
        if isinstance(given.get(name), dict):
            _add_values(where, name, given[name])
    return where


def _add_values(where: Where, name: str, given: Mapping[str, Any]) -> None:
    for key, path in VALUES.items():
        if key in given:
            where.one_of(f"json_extract(doc, '$.{name}[0].{path}')", queries.numbers(given[key]))
    statuses = given.get("leads_statuses")
    for pair in statuses.values() if isinstance(statuses, dict) else ():
        for field, inner in (("pipeline_id", "pipeline_id"), ("status_id", "id")):
            if isinstance(pair, dict) and field in pair:
                path = f"json_extract(doc, '$.{name}[0].lead_status.{inner}')"
                where.one_of(path, queries.numbers(pair[field]))


def _shown(request: Http, store: Store, doc: Doc, embed: frozenset[str]) -> Doc:
    plural = PLURAL.get(doc["entity_type"]) or str(doc["entity_type"])
    number = doc["entity_id"]
    entity: Doc = {"id": number, "_links": self_link(request, f"{plural}/{number}")}
    if f"{doc['entity_type']}_name" in embed:
        card = store.entity(plural, number)
        entity["name"] = card["name"] if card else ""
    embedded: Doc = {"entity": entity}
    if "note" in embed and (note := _note(store, doc)) is not None:
        embedded["note"] = note
    return doc | {"_links": self_link(request, f"events/{doc['id']}"), "_embedded": embedded}


def _note(store: Store, doc: Doc) -> Doc | None:
    """Return the note that an event of a call or of a note tells about."""
    if doc["type"] not in TYPES_OF_NOTES:
        return None
    return store.entity("notes", doc["value_after"][0]["note"]["id"])
