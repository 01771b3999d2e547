"""Notes of cards; calls written as notes are notes too."""

from collections.abc import Iterable
from functools import partial

from litestar import get, patch, post
from litestar.params import FromPath

from amocrm_emulator.account.notes import EVENT_OF_NOTE
from amocrm_emulator.account.store import Doc
from amocrm_emulator.serving.api.cards.cards import card_paths, kind_of
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
    inside,
    is_whole,
    missing,
    not_a_choice,
    read_items,
    read_object,
)
from amocrm_emulator.serving.api.kit.caller import Caller, caller
from amocrm_emulator.serving.api.kit.checks import (
    OF_NOTES,
    card_exists,
    check_authors,
    is_active,
    strangers,
)
from amocrm_emulator.serving.api.kit.lists import notes_page
from amocrm_emulator.serving.api.kit.seeing import only_of_visible_cards, require

# What a note of a type cannot do without.
NEEDED = {
    "common": ("text",),
    "service_message": ("text",),
    "extended_service_message": ("text",),
    "message_cashier": ("status", "text"),
    "geolocation": ("text",),
    "sms_in": ("text", "phone"),
    "sms_out": ("text", "phone"),
}
ONE = ("/notes/{number:int}", "/{entity:int}/notes/{number:int}")


@get(card_paths("/notes"))
async def notes(request: Http) -> Answer:
    return _list(request, None)


@get(card_paths("/{entity:int}/notes"))
async def notes_of_card(request: Http, entity: FromPath[int]) -> Answer:
    return _list(request, entity)


def _list(request: Http, entity: int | None) -> Answer:
    who, kind, query = caller(request), kind_of(request), queries.of(request)
    docs, has_next = notes_page(
        who.crm.store, kind, entity, query, partial(only_of_visible_cards, who=who)
    )
    rows = [_shown(request, kind, doc) for doc in docs]
    return listing(request, "notes", rows, query, has_next=has_next)


@get(card_paths(*ONE))
async def one_note(request: Http, number: FromPath[int]) -> Answer:
    kind = kind_of(request)
    who = caller(request)
    doc = _find(who, kind, number)
    if doc is not None:
        require(who, "view", kind, who.crm.store.entity(kind, doc["entity_id"]) or {})
    return absent(request) if doc is None else hal(_shown(request, kind, doc))


@post(card_paths("/notes"), status_code=200)
async def add_notes(request: Http) -> Answer:
    return _add_all(request, await read_items(request))


@post(card_paths("/{entity:int}/notes"), status_code=200)
async def add_notes_to_card(request: Http, entity: FromPath[int]) -> Answer:
    return _add_all(request, [item | {"entity_id": entity} for item in await read_items(request)])


def _add_all(request: Http, items: list[Doc]) -> Answer:
    who, kind = caller(request), kind_of(request)
    check_items(items, lambda item: _check_new(who, kind, item))
    with who.crm.work.transaction():
        for item in items:
            require(who, "view", kind, who.crm.records.existing(kind, item["entity_id"]))
        added = [(_add(who, kind, item), item) for item in items]
    rows = [
        {
            "id": number,
            "entity_id": item["entity_id"],
            "request_id": item["request_id"],
            "_links": self_link(request, f"{kind}/{item['entity_id']}/notes/{number}"),
        }
        for number, item in added
    ]
    return written(request, "notes", rows, f"{kind}/notes")


@patch(card_paths("/notes", "/{entity:int}/notes"))
async def change_notes(request: Http) -> Answer:
    who, kind = caller(request), kind_of(request)
    items = await read_items(request)
    check_items(items, lambda item: _check_change(who, kind, item))
    with who.crm.work.transaction():
        changed = [_change(who, kind, item) for item in items]
    rows = [_changed_row(request, kind, doc) for doc in changed]
    return written(request, "notes", rows, f"{kind}/notes")


@patch(card_paths(*ONE))
async def change_note(request: Http, number: FromPath[int]) -> Answer:
    who, kind = caller(request), kind_of(request)
    item = await read_object(request) | {"id": number, "request_id": "0"}
    check_items([item], lambda item: _check_change(who, kind, item))
    return hal(_changed_row(request, kind, _change(who, kind, item)))


@post(card_paths("/notes/{number:int}/{verb:str}"), status_code=204)
async def pin_note(request: Http, number: FromPath[int], verb: FromPath[str]) -> None:
    """Pin a note to the top of its card's feed, or let it go."""
    who, kind = caller(request), kind_of(request)
    if verb not in {"pin", "unpin"} or _find(who, kind, number) is None:
        raise ApiRefusal(404, "Not found")
    who.crm.notes.change(who.user, who.crm.clock.now(), kind, number, is_pinned=verb == "pin")


def _find(who: Caller, kind: str, number: object) -> Doc | None:
    if not is_whole(number):
        return None
    docs = who.crm.store.docs(
        "SELECT doc FROM entity WHERE kind = 'notes' AND id = ? AND parent_kind = ?"
        " AND deleted = 0",
        [number, kind],
    )
    return docs[0] if docs else None


def _check_new(who: Caller, kind: str, item: Doc) -> Iterable[Trouble]:
    yield from missing(item, ("entity_id", "note_type", "params"))
    yield from strangers(who.crm, item, OF_NOTES)
    if item.get("entity_id") is not None and not card_exists(who.crm, kind, item["entity_id"]):
        yield not_a_choice("entity_id")
    if item.get("note_type") is not None and item["note_type"] not in EVENT_OF_NOTE:
        yield not_a_choice("note_type")
    if item.get("responsible_user_id") and not is_active(who.crm, item["responsible_user_id"]):
        yield not_a_choice("responsible_user_id")
    yield from check_authors(who.crm, item)
    yield from _check_params(item)


def _check_params(item: Doc) -> Iterable[Trouble]:
    params = item.get("params")
    if params is not None and not isinstance(params, dict):
        yield ("InvalidType", "params", "This value should be of type object.")
    elif params is not None:
        needed = NEEDED.get(str(item.get("note_type")), ())
        yield from inside("params", missing(params, needed))


def _check_change(who: Caller, kind: str, item: Doc) -> list[Trouble]:
    if _find(who, kind, item.get("id")) is None:
        return [not_a_choice("id")]
    return list(_check_params(item))


def _add(who: Caller, kind: str, item: Doc) -> int:
    by = item.get("created_by")
    return who.crm.notes.add(
        by if is_whole(by) and (by in who.crm.people.users or by == 0) else who.user,
        who.crm.clock.now(),
        kind,
        item["entity_id"],
        item["note_type"],
        item["params"],
        responsible_user_id=item.get("responsible_user_id"),
        created_at=item.get("created_at") if is_whole(item.get("created_at")) else None,
    )


def _change(who: Caller, kind: str, item: Doc) -> Doc:
    fields = {"params": item["params"]} if item.get("params") is not None else {}
    return who.crm.notes.change(who.user, who.crm.clock.now(), kind, int(item["id"]), **fields)


def _shown(request: Http, kind: str, doc: Doc) -> Doc:
    return doc | {"_links": self_link(request, _path(kind, doc))}


def _changed_row(request: Http, kind: str, doc: Doc) -> Doc:
    links = self_link(request, _path(kind, doc))
    return {
        "id": doc["id"],
        "entity_id": doc["entity_id"],
        "updated_at": doc["updated_at"],
        "_links": links,
    }


def _path(kind: str, doc: Doc) -> str:
    return f"{kind}/{doc['entity_id']}/notes/{doc['id']}"
