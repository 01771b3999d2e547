"""Small resources: widgets, currencies, short links, chats of contacts, subscribers."""

from collections.abc import Callable, Iterable

from litestar import get, post
from litestar.params import FromPath

from amocrm_emulator.account.hooks.core.body import ELEMENT_TYPE
from amocrm_emulator.account.store import Doc
from amocrm_emulator.serving.api.cards.calls import find_by_phone
from amocrm_emulator.serving.api.kit import query as queries
from amocrm_emulator.serving.api.kit.answers import (
    Answer,
    ApiRefusal,
    Http,
    hal,
    listing,
    nothing,
    root,
    whole,
)
from amocrm_emulator.serving.api.kit.bodies import Trouble, read_items, read_object
from amocrm_emulator.serving.api.kit.caller import Caller, caller
from amocrm_emulator.serving.api.kit.checks import card_exists
from amocrm_emulator.serving.api.kit.pages import cut
from amocrm_emulator.serving.api.kit.seeing import visible

CURRENCIES = (("RUB", "₽"), ("USD", "$"), ("EUR", "€"), ("KZT", "₸"), ("BYN", "Br"))
SOURCES_AT_ONCE, SOURCES_MAX = 50, 100
_FIRST_SOURCE = 9_000
CheckSource = Callable[[Doc], Iterable[Trouble]]
_SOURCE = ("name", "pipeline_id", "external_id", "default", "origin_code", "services")


@get("/api/v4/widgets")
async def widgets(request: Http) -> Answer:
    """List the account's widgets: none, for the emulator shows no pages."""
    caller(request)
    return nothing()


@get("/api/v4/widgets/{code:str}")
async def one_widget(request: Http, code: FromPath[str]) -> Answer:
    caller(request)
    raise ApiRefusal(404, f"Widget {code} not found")


@get("/api/v4/currencies")
async def currencies(request: Http) -> Answer:
    query = queries.of(request)
    caller(request)
    rows = [{"code": code, "symbol": sign, "is_system": code == "RUB"} for code, sign in CURRENCIES]
    page, has_next = cut(rows, query)
    return listing(request, "currencies", page, query, has_next=has_next)


@post("/api/v4/short_links", status_code=200)
async def short_links(request: Http) -> Answer:
    """Make addresses that would tell who followed them."""
    who = caller(request)
    items = await read_items(request)
    rows = []
    for item in items:
        if not isinstance(item.get("url"), str):
            raise ApiRefusal(400, "url is missing", [])
        number = who.crm.store.next_id("short_link", 0)
        rows.append(
            {
                "url": f"{root(request)}/s/{number:08x}",
                "account_id": who.crm.account.id,
                "entity_id": (item.get("metadata") or {}).get("entity_id"),
                "entity_type": (item.get("metadata") or {}).get("entity_type"),
                "request_id": item["request_id"],
            }
        )
    return whole(request, "short_links", rows, "short_links")


@get("/api/v4/contacts/chats")
async def chats(request: Http) -> Answer:
    """List the chats of contacts: `contact_id` or `chat_id`, one or several."""
    who, tree = caller(request), queries.nest(list(queries.of(request).raw))
    names = [name for name in ("contact_id", "chat_id") if name in tree]
    wanted = {name: queries.values(tree[name]) for name in names}
    rows = [
        row for row in _chats(who) if all(str(row[name]) in told for name, told in wanted.items())
    ]
    return whole(request, "chats", rows, "contacts/chats") if rows else nothing()


@post("/api/v4/contacts/chats", status_code=200)
async def bind_chats(request: Http) -> Answer:
    who = caller(request)
    items = await read_items(request)
    for item in items:
        if not card_exists(who.crm, "contacts", item.get("contact_id")) or not item.get("chat_id"):
            raise ApiRefusal(400, "A contact and a chat are needed", [])
    bound = who.crm.store.meta("chats") or []
    with who.crm.work.transaction():
        made = [
            {
                "chat_id": str(item["chat_id"]),
                "contact_id": item["contact_id"],
                "id": who.crm.store.next_id("chat", 0),
            }
            for item in items
        ]
        who.crm.store.set_meta("chats", bound + made)
    rows = [made[n] | {"request_id": item["request_id"]} for n, item in enumerate(items)]
    return whole(request, "chats", rows, "contacts/chats")


def _chats(who: Caller) -> list[Doc]:
    """Return the chats that conversations show, and those that clients bound."""
    talks = who.crm.store.docs("SELECT doc FROM entity WHERE kind = 'talks' ORDER BY id", [])
    seen = {talk["chat_id"]: talk for talk in talks}
    own = [
        {"chat_id": chat, "contact_id": talk["contact_id"], "id": talk["id"]}
        for chat, talk in seen.items()
    ]
    bound: list[Doc] = who.crm.store.meta("chats") or []
    return own + [row for row in bound if row["chat_id"] not in seen]


@post("/api/v2/events", status_code=200)
async def ring(request: Http) -> Answer:
    """Tell people of a call that comes in: a pop-up, which nobody sees here."""
    who = caller(request)
    given = (await read_object(request)).get("add")
    items = given if isinstance(given, list) else []
    if not items or any(item.get("type") != "phone_call" for item in items):
        raise ApiRefusal(400, "Calls are expected in `add`", [])
    rows = []
    for item in items:
        phone = str(item.get("phone_number") or "")
        kind, number = find_by_phone(who.crm, phone) or (None, None)
        uid = f"{who.crm.store.next_id('ring', 0):032x}"
        element = ELEMENT_TYPE.get(kind or "", 0)
        rows.append(
            {"element_id": number, "element_type": element, "uid": uid, "phone_number": phone}
        )
    return hal({"_embedded": {"items": rows}})


@get("/api/v4/leads/{number:int}/subscriptions")
async def subscriptions(request: Http, number: FromPath[int]) -> Answer:
    """List who is told of a lead: its responsible user."""
    who, query = caller(request), queries.of(request)
    lead = visible(who, "leads", number)
    if lead is None:
        return nothing()
    rows = [{"subscriber_id": lead["responsible_user_id"], "type": "user"}]
    totals = {"_total_items": 1, "_page_count": 1}
    return listing(request, "subscriptions", rows, query, has_next=False, totals=totals)
