"""Leads, contacts and companies as they are read."""

from litestar import get
from litestar.params import FromPath

from amocrm_emulator.account.core.kinds import CARDS
from amocrm_emulator.account.crm import Crm
from amocrm_emulator.account.store import Doc
from amocrm_emulator.serving.api.kit import query as queries
from amocrm_emulator.serving.api.kit.answers import Answer, Http, absent, hal, listing, self_link
from amocrm_emulator.serving.api.kit.caller import caller
from amocrm_emulator.serving.api.kit.lists import cards_page
from amocrm_emulator.serving.api.kit.seeing import only_visible, visible
from amocrm_emulator.serving.api.kit.switches import switches


def card_paths(*tails: str) -> list[str]:
    """Return the addresses of all kinds of cards with these endings."""
    return [f"/api/v4/{kind}{tail}" for kind in CARDS for tail in tails]


def kind_of(request: Http) -> str:
    """Return the kind of card that the address names."""
    return str(request.scope["path"].split("/")[3])


@get(card_paths(""))
async def cards(request: Http) -> Answer:
    who, kind, query = caller(request), kind_of(request), queries.of(request)
    has_filters = switches(request).has_filters
    docs, has_next = cards_page(
        who.crm.store,
        kind,
        query,
        lambda where: only_visible(where, who, kind),
        has_filters=has_filters,
    )
    if kind == "leads" and "only_deleted" in query.embed:
        rows = [_binned(request, doc) for doc in docs]
    else:
        rows = [shown(request, who.crm, kind, doc, query.embed) for doc in docs]
    return listing(request, kind, rows, query, has_next=has_next)


@get(card_paths("/{number:int}"))
async def one_card(request: Http, number: FromPath[int]) -> Answer:
    who, kind = caller(request), kind_of(request)
    doc = visible(who, kind, number)
    if doc is None:
        return absent(request)
    return hal(shown(request, who.crm, kind, doc, queries.of(request).embed))


def shown(request: Http, crm: Crm, kind: str, doc: Doc, embed: frozenset[str]) -> Doc:
    """Return a card with its links, and with whatever else the request asked for."""
    number = doc["id"]
    card = {name: value for name, value in doc.items() if name != "tags"}
    embedded: Doc = {"tags": doc["tags"]}
    if kind != "companies":
        embedded["companies"] = _refs(request, crm, (kind, number), "companies")
    for other in ("contacts", "leads"):
        if other != kind and other in embed:
            embedded[other] = _refs(request, crm, (kind, number), other)
    for unused in ("catalog_elements", "customers"):
        if unused in embed:
            embedded[unused] = []
    if kind == "leads":
        _add_lead_details(crm, card, embedded, embed)
    return card | {"_links": self_link(request, f"{kind}/{number}"), "_embedded": embedded}


def _add_lead_details(crm: Crm, card: Doc, embedded: Doc, embed: frozenset[str]) -> None:
    if "loss_reason" in embed:
        names = dict(crm.account.doc["loss_reasons"])
        number = card["loss_reason_id"]
        # An array of one: that is how the platform tells it.
        embedded["loss_reason"] = [{"id": number, "name": names.get(number, "")}] if number else []
    if "is_price_modified_by_robot" in embed:
        card["is_price_modified_by_robot"] = False
    if "source" in embed:
        embedded["source"] = None


def _refs(request: Http, crm: Crm, card: tuple[str, int], other: str) -> list[Doc]:
    has_main = card[0] == "leads" and other == "contacts"
    return [
        {"id": number, "_links": self_link(request, f"{other}/{number}")}
        | ({"is_main": is_main} if has_main else {})
        for number, is_main in crm.store.links(*card, other)
    ]


def _binned(request: Http, doc: Doc) -> Doc:
    links = self_link(request, f"leads/{doc['id']}")
    return {"id": doc["id"], "updated_at": doc["updated_at"], "is_deleted": True, "_links": links}
