"""Links between cards: of one card, of many, made and undone."""

from collections.abc import Iterable

from litestar import get, post
from litestar.params import FromPath

from amocrm_emulator.account.core.kinds import CARDS
from amocrm_emulator.account.store import Doc
from amocrm_emulator.serving.api.cards.cards import card_paths, kind_of
from amocrm_emulator.serving.api.kit import query as queries
from amocrm_emulator.serving.api.kit.answers import Answer, Http, whole
from amocrm_emulator.serving.api.kit.bodies import Trouble, check_items, not_a_choice, read_items
from amocrm_emulator.serving.api.kit.caller import Caller, caller
from amocrm_emulator.serving.api.kit.checks import card_exists
from amocrm_emulator.serving.api.kit.seeing import require


@get(card_paths("/{number:int}/links"))
async def links(request: Http, number: FromPath[int]) -> Answer:
    who, kind = caller(request), kind_of(request)
    require(who, "view", kind, who.crm.store.entity(kind, number) or {})
    rows = list(_wanted(request, _rows(who, kind, number)))
    return whole(request, "links", rows, f"{kind}/{number}/links")


@get(card_paths("/links"))
async def mass_links(request: Http) -> Answer:
    """List the links of several cards: `filter[entity_id][]`."""
    who, kind = caller(request), kind_of(request)
    numbers = queries.numbers(queries.of(request).filter.get("entity_id", ""))
    rows = [
        {"entity_id": number, "entity_type": kind} | row
        for number in numbers
        for row in _wanted(request, _rows(who, kind, number))
    ]
    return whole(request, "links", rows, f"{kind}/links")


@post(card_paths("/{number:int}/link"), status_code=200)
async def link(request: Http, number: FromPath[int]) -> Answer:
    kind, items = kind_of(request), await read_items(request)
    rows = _link(request, [item | {"entity_id": number} for item in items])
    return whole(request, "links", rows, f"{kind}/{number}/links")


@post(card_paths("/link"), status_code=200)
async def mass_link(request: Http) -> Answer:
    kind, items = kind_of(request), await read_items(request)
    return whole(request, "links", _link(request, items), f"{kind}/links")


@post(card_paths("/{number:int}/unlink"), status_code=204)
async def unlink(request: Http, number: FromPath[int]) -> None:
    _unlink(request, [item | {"entity_id": number} for item in await read_items(request)])


@post(card_paths("/unlink"), status_code=204)
async def mass_unlink(request: Http) -> None:
    _unlink(request, await read_items(request))


def _rows(who: Caller, kind: str, number: int) -> Iterable[Doc]:
    """Yield a card's links; which contact is the main one is told to leads only."""
    for other in CARDS:
        for target, is_main in who.crm.store.links(kind, number, other):
            has_main = kind == "leads" and other == "contacts"
            metadata = {"main_contact": is_main} if has_main else None
            yield {"to_entity_id": target, "to_entity_type": other, "metadata": metadata}


def _wanted(request: Http, rows: Iterable[Doc]) -> Iterable[Doc]:
    given = queries.of(request).filter
    numbers = queries.numbers(given["to_entity_id"]) if "to_entity_id" in given else None
    kinds = queries.values(given["to_entity_type"]) if "to_entity_type" in given else None
    for row in rows:
        is_one = numbers is None or row["to_entity_id"] in numbers
        if is_one and (kinds is None or row["to_entity_type"] in kinds):
            yield row


def _link(request: Http, items: list[Doc]) -> list[Doc]:
    who, kind = caller(request), kind_of(request)
    check_items(items, lambda item: _check(who, kind, item))
    with who.crm.work.transaction():
        for item in items:
            source, target = _ends(kind, item)
            require(who, "edit", kind, who.crm.records.existing(*source))
            is_main = bool((item.get("metadata") or {}).get("is_main"))
            who.crm.links.add(who.user, who.crm.clock.now(), source, target, is_main=is_main)
    return [_row(who, kind, item) for item in items]


def _unlink(request: Http, items: list[Doc]) -> None:
    who, kind = caller(request), kind_of(request)
    check_items(items, lambda item: _check(who, kind, item))
    with who.crm.work.transaction():
        for item in items:
            require(who, "edit", kind, who.crm.records.existing(kind, item["entity_id"]))
            who.crm.links.remove(who.user, who.crm.clock.now(), *_ends(kind, item))


def _ends(kind: str, item: Doc) -> tuple[tuple[str, int], tuple[str, int]]:
    return (kind, item["entity_id"]), (item["to_entity_type"], item["to_entity_id"])


def _row(who: Caller, kind: str, item: Doc) -> Doc:
    """Return a made link as a read would."""
    number, (other, target) = item["entity_id"], _ends(kind, item)[1]
    rows = _rows(who, kind, number)
    made = (r for r in rows if (r["to_entity_type"], r["to_entity_id"]) == (other, target))
    return {"entity_id": number, "entity_type": kind} | next(made)


def _check(who: Caller, kind: str, item: Doc) -> Iterable[Trouble]:
    if not card_exists(who.crm, kind, item.get("entity_id")):
        yield not_a_choice("entity_id")
    if item.get("to_entity_type") not in CARDS:
        yield not_a_choice("to_entity_type")
    elif not card_exists(who.crm, item["to_entity_type"], item.get("to_entity_id")):
        yield not_a_choice("to_entity_id")
