"""Leads, contacts and companies as they are written: in batches and one by one."""

from typing import Any

from litestar import patch, post
from litestar.params import FromPath

from amocrm_emulator.account.spec import LOST
from amocrm_emulator.account.store import Doc
from amocrm_emulator.serving.api.cards.calls import find_contact
from amocrm_emulator.serving.api.cards.cards import card_paths, kind_of
from amocrm_emulator.serving.api.cards.tags import tags_after, tags_of
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
    inside,
    is_whole,
    not_a_choice,
    read_items,
    read_object,
    sift,
)
from amocrm_emulator.serving.api.kit.caller import Caller, caller
from amocrm_emulator.serving.api.kit.checks import check_card
from amocrm_emulator.serving.api.kit.seeing import require, require_add
from amocrm_emulator.serving.api.kit.switches import switches

COMPLEX_MAX = 50
WRITABLE = (
    "name",
    "price",
    "responsible_user_id",
    "status_id",
    "pipeline_id",
    "loss_reason_id",
    "first_name",
    "last_name",
)
DATED = ("created_at", "updated_at", "closed_at")


@post(card_paths(""), status_code=200)
async def add_cards(request: Http) -> Answer:
    who, kind = caller(request), kind_of(request)
    items = await read_items(request)
    items, refused = sift(request, items, lambda item: check_card(who.crm, kind, item))
    require_add(who, kind)
    _check_loss_reasons(who, kind, items)
    with who.crm.work.transaction():
        added = [(add_card(who, kind, item), item["request_id"]) for item in items]
    rows = [
        {"id": number, "request_id": request_id, "_links": self_link(request, f"{kind}/{number}")}
        for number, request_id in added
    ]
    return written(request, kind, rows, refused=refused)


@patch(card_paths(""))
async def change_cards(request: Http) -> Answer:
    who, kind = caller(request), kind_of(request)
    items = await read_items(request)
    items, refused = sift(request, items, lambda item: _check_change(who, kind, item))
    with who.crm.work.transaction():
        for item in items:
            require(who, "edit", kind, who.crm.records.existing(kind, item["id"]))
        _check_loss_reasons(who, kind, items)
        changed = [_change(who, kind, int(item["id"]), item) for item in items]
    rows = [_changed_row(request, kind, doc) for doc in changed]
    return written(request, kind, rows, refused=refused)


@patch(card_paths("/{number:int}"))
async def change_card(request: Http, number: FromPath[int]) -> Answer:
    """Change one card; the answer is the bare object."""
    who, kind = caller(request), kind_of(request)
    item = await read_object(request) | {"id": number, "request_id": "0"}
    check_items([item], lambda item: _check_change(who, kind, item))
    require(who, "edit", kind, who.crm.records.existing(kind, number))
    _check_loss_reasons(who, kind, [item])
    return hal(_changed_row(request, kind, _change(who, kind, number, item)))


@post("/api/v4/leads/complex", status_code=200)
async def add_complex(request: Http) -> Answer:
    """Add leads together with their contact and company; the answer is a plain array."""
    who = caller(request)
    items = await read_items(request, COMPLEX_MAX)
    check_items(items, lambda item: _check_complex(who, item))
    require_add(who, "leads")
    _check_loss_reasons(who, "leads", items)
    with who.crm.work.transaction():
        return hal([_add_whole(request, who, item) for item in items])


def _check_complex(who: Caller, item: Doc) -> list[Trouble]:
    troubles = check_card(who.crm, "leads", item)
    for kind in ("contacts", "companies"):
        given = (item.get("_embedded") or {}).get(kind) or []
        if len(given) > 1:
            troubles.append(("NotSupported", f"_embedded.{kind}", "At most one is allowed."))
        for card in given[:1]:
            troubles += inside(f"_embedded.{kind}.0", check_card(who.crm, kind, card))
    return troubles


def _duplicate(who: Caller, item: Doc) -> int | None:
    """Return the contact that has this phone or e-mail already: the control of duplicates."""
    card = given_card(item, "contacts")
    for field in (card or {}).get("custom_fields_values") or ():
        known = who.crm.fields.find("contacts", field)
        code = known["code"] if known else None
        for value in field.get("values") or ():
            found = find_contact(who.crm, code, str(value.get("value") or ""))
            if found is not None:
                return found
    return None


def _add_whole(request: Http, who: Caller, item: Doc) -> Doc:
    """Add a lead with its cards, or join it to a customer that is known."""
    known = _duplicate(who, item) if switches(request).merges_duplicates else None
    numbers = {"companies": _given_or_new(who, "companies", item)}
    numbers["contacts"] = known or _given_or_new(who, "contacts", item)
    links = {kind: [{"id": number}] if number else [] for kind, number in numbers.items()}
    lead = add_card(who, "leads", item | {"_embedded": (item.get("_embedded") or {}) | links})
    return {
        "id": lead,
        "contact_id": numbers["contacts"],
        "company_id": numbers["companies"],
        "request_id": [item["request_id"]],
        "merged": known is not None,
    }


def _given_or_new(who: Caller, kind: str, item: Doc) -> int | None:
    card = given_card(item, kind)
    if card is None:
        return None
    return int(card["id"]) if card.get("id") else add_card(who, kind, card)


def given_card(item: Doc, kind: str) -> Doc | None:
    """Return the first card of a kind inside an item."""
    found: Doc | None = next(iter((item.get("_embedded") or {}).get(kind) or []), None)
    return found


def add_card(who: Caller, kind: str, item: Doc, *, quiet: bool = False) -> int:
    """Add a card from a checked item; return its number."""
    crm, at = who.crm, who.crm.clock.now()
    fields: dict[str, Any] = {name: item[name] for name in (*WRITABLE, *DATED) if name in item}
    fields["custom_fields_values"] = crm.fields.filled(kind, item.get("custom_fields_values"))
    fields["tags"] = tags_of(crm, kind, item)
    fields.pop("name", None)
    by, name = _author(who, item), str(item.get("name") or "")
    companies = _linked(item, "companies")
    if kind == "leads":
        contacts = [card["id"] for card in _linked(item, "contacts")]
        company = companies[0]["id"] if companies else None
        return crm.leads.add(
            by, at, name, contacts=contacts, company=company, quiet=quiet, **fields
        )
    if kind == "contacts":
        company = companies[0]["id"] if companies else None
        name = name or _full_name(item)
        return crm.cards.add_contact(by, at, name, company=company, quiet=quiet, **fields)
    return crm.cards.add_company(by, at, name, quiet=quiet, **fields)


def _linked(item: Doc, kind: str) -> list[Doc]:
    """Return the cards a new one is linked to, the main one first."""
    given = (item.get("_embedded") or {}).get(kind) or []
    return sorted(given, key=lambda card: not card.get("is_main"))


def _author(who: Caller, item: Doc) -> int:
    """Return who made it: an import may name another user, or nobody."""
    by = item.get("created_by")
    return by if is_whole(by) and (by in who.crm.people.users or by == 0) else who.user


def _full_name(item: Doc) -> str:
    return f"{item.get('first_name') or ''} {item.get('last_name') or ''}".strip()


def _check_change(who: Caller, kind: str, item: Doc) -> list[Trouble]:
    number = item.get("id")
    doc = who.crm.store.entity(kind, number) if is_whole(number) else None
    if doc is None:
        return [not_a_choice("id")]
    if kind == "leads" and who.crm.pipelines.is_unsorted(doc) and who.crm.switches.refuses_unsorted:
        return [not_a_choice("status_id")]
    if kind == "leads" and item.get("pipeline_id") is None:
        return check_card(who.crm, kind, item | {"pipeline_id": doc["pipeline_id"]})
    return check_card(who.crm, kind, item)


def _check_loss_reasons(who: Caller, kind: str, items: list[Doc]) -> None:
    """Refuse a reason of losing a lead that is not lost; its form of errors is another one."""
    wrong = {
        str(item.get("id", item["request_id"])): "Loss reason can be specified only for lost lead"
        for item in items
        if kind == "leads"
        and item.get("loss_reason_id") is not None
        and _stage_after(who, item) != LOST
    }
    if wrong:
        raise ApiRefusal(400, "Invalid request body", by_card=wrong)


def _stage_after(who: Caller, item: Doc) -> int | None:
    """Return the stage where a lead will stand; None: the first one of a pipeline."""
    doc = who.crm.store.entity("leads", item["id"]) if "id" in item else None
    pipeline = item.get("pipeline_id")
    stays = doc is not None and pipeline in {None, doc["pipeline_id"]}
    status: int | None = item.get("status_id") or (doc["status_id"] if doc and stays else None)
    return status


def _out_of_unsorted(who: Caller, lead: Doc, item: Doc) -> Doc:
    """Any write takes a lead out of Unsorted: into the first stage when it names none."""
    if not who.crm.pipelines.is_unsorted(lead) or item.get("status_id") is not None:
        return {}
    pipeline = item.get("pipeline_id") or lead["pipeline_id"]
    return {"status_id": who.crm.pipelines.first_status(pipeline)}


def _change(who: Caller, kind: str, number: int, item: Doc) -> Doc:
    crm, at = who.crm, who.crm.clock.now()
    old = crm.records.existing(kind, number)
    fields = {name: item[name] for name in WRITABLE if item.get(name) is not None}
    if "loss_reason_id" in item:
        fields["loss_reason_id"] = item["loss_reason_id"]
    if item.get("custom_fields_values") is not None:
        before = old["custom_fields_values"]
        given = item["custom_fields_values"]
        fields["custom_fields_values"] = crm.fields.merged(kind, before, given)
    fields["tags"] = tags_after(crm, kind, old["tags"], item)
    if kind == "leads":
        fields |= _out_of_unsorted(who, old, item)
        return crm.leads.change(who.user, at, number, **fields)
    if kind == "contacts" and not item.get("name") and _full_name(item):
        fields["name"] = _full_name(old | fields)
    return crm.cards.change(kind, who.user, at, number, **fields)


def _changed_row(request: Http, kind: str, doc: Doc) -> Doc:
    row = {"id": doc["id"], "updated_at": doc["updated_at"]}
    if kind != "leads":
        row["name"] = doc["name"]
    return row | {"_links": self_link(request, f"{kind}/{doc['id']}")}
