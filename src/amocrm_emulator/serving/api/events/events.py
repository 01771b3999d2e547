"""The event log, newest first."""

from litestar import get
from litestar.params import FromPath

from amocrm_emulator.account.core.kinds import SINGULAR
from amocrm_emulator.account.crm import Crm
from amocrm_emulator.account.notes import EVENT_OF_NOTE
from amocrm_emulator.account.store import Doc, Store
from amocrm_emulator.serving.api.events.event_filters import conditions
from amocrm_emulator.serving.api.events.event_types import TYPES
from amocrm_emulator.serving.api.kit import query as queries
from amocrm_emulator.serving.api.kit.answers import (
    Answer,
    Http,
    absent,
    hal,
    listing,
    self_link,
    whole,
)
from amocrm_emulator.serving.api.kit.caller import Caller, caller
from amocrm_emulator.serving.api.kit.lists import Where
from amocrm_emulator.serving.api.kit.seeing import only_of_visible, only_of_visible_cards, sees_all
from amocrm_emulator.serving.api.kit.switches import switches

PLURAL = {single: plural for plural, single in SINGULAR.items()}
TYPES_OF_NOTES = frozenset(EVENT_OF_NOTE.values())
LATE_OF = 3


@get("/api/v4/events")
async def events(request: Http) -> Answer:
    who = caller(request)
    query = queries.of(request, limit_max=switches(request).events_max)
    docs, has_next = _page(who, query)
    rows = [_shown(request, who.crm.store, doc, query.embed) for doc in docs]
    return listing(request, "events", rows, query, has_next=has_next)


@get("/api/v4/events/types")
async def event_types(request: Http) -> Answer:
    caller(request)
    rows = [{"key": key, "type": number, "lang": text} for key, number, text in TYPES]
    return whole(request, "events_types", rows, "events/types")


@get("/api/v4/events/{number:str}")
async def one_event(request: Http, number: FromPath[str]) -> Answer:
    who = caller(request)
    store, where = who.crm.store, Where(["id = ?"], [number])
    _narrow(where, who)
    docs = store.docs(f"SELECT doc FROM event WHERE {where}", where.params)  # noqa: S608
    embed = queries.of(request).embed
    return hal(_shown(request, store, docs[0], embed)) if docs else absent(request)


def _narrow(where: Where, who: Caller) -> None:
    """Leave the events of cards that the user may see, and of the tasks of such cards."""
    _leave_out(where, who.crm)
    if sees_all(who):
        return
    only_of_visible(where, who, "event.entity_type", "event.entity_id", SINGULAR)
    tasks = Where(["entity.kind = 'tasks'", "entity.id = event.entity_id"], [])
    only_of_visible_cards(tasks, who)
    where.add(
        "(event.entity_type <> 'task'"  # noqa: S608 -- constant parts
        f" OR EXISTS (SELECT 1 FROM entity WHERE {tasks}))",
        *tasks.params,
    )


def _leave_out(where: Where, crm: Crm) -> None:
    """Leave out what this account's log never shows, and what it shows later."""
    if crm.switches.lacks_talk_events:
        where.add("type <> 'talk_created'")
    if crm.switches.events_late_seconds:
        shown_until = crm.clock.now() - crm.switches.events_late_seconds
        where.add(f"(created_at <= ? OR unicode(substr(id, -1)) % {LATE_OF} <> 0)", shown_until)


def _page(who: Caller, query: queries.Query) -> tuple[list[Doc], bool]:
    where = conditions(query.filter)
    _narrow(where, who)
    way = "ASC" if who.crm.switches.events_oldest_first else "DESC"
    order = f"created_at {way}, id {way}"
    sql = (
        f"SELECT doc FROM event WHERE {where}"  # noqa: S608 -- constant parts
        f" ORDER BY {order} LIMIT ? OFFSET ?"
    )
    place = (query.page - 1) * query.limit
    docs = who.crm.store.docs(sql, [*where.params, query.limit + 1, place])
    return docs[: query.limit], len(docs) > query.limit


def _shown(request: Http, store: Store, doc: Doc, embed: frozenset[str]) -> Doc:
    plural = PLURAL.get(doc["entity_type"]) or str(doc["entity_type"])
    number = doc["entity_id"]
    shown = {name: value for name, value in doc.items() if name != "linked_talk_contact_id"}
    shown["type"] = _type(request, doc)
    entity: Doc = {"id": number, "_links": self_link(request, f"{plural}/{number}")}
    if "linked_talk_contact_id" in doc:
        entity["linked_talk_contact_id"] = doc["linked_talk_contact_id"]
    if f"{doc['entity_type']}_name" in embed:
        card = store.entity(plural, number) or store.binned(plural, number)
        entity["name"] = card["name"] if card else ""
    embedded: Doc = {"entity": entity}
    if "note" in embed and (note := _note(store, doc)) is not None:
        embedded["note"] = note
    return shown | {"_links": self_link(request, f"events/{doc['id']}"), "_embedded": embedded}


def _type(request: Http, doc: Doc) -> str:
    """Return the type; some accounts name the custom field in it."""
    told = str(doc["type"])
    if told != "custom_field_value_changed" or not switches(request).names_fields:
        return told
    value = (doc["value_after"] or doc["value_before"])[0]["custom_field_value"]
    return f"custom_field_{value['field_id']}_value_changed"


def _note(store: Store, doc: Doc) -> Doc | None:
    """Return the note that an event of a call or of a note tells about."""
    if doc["type"] not in TYPES_OF_NOTES:
        return None
    return store.entity("notes", doc["value_after"][0]["note"]["id"])
