"""What an account shows beside its cards: widgets, currencies, short links."""

from litestar import get, post
from litestar.params import FromPath

from amocrm_emulator.serving.api.kit import query as queries
from amocrm_emulator.serving.api.kit.answers import (
    Answer,
    ApiRefusal,
    Http,
    listing,
    nothing,
    root,
    whole,
)
from amocrm_emulator.serving.api.kit.bodies import read_items
from amocrm_emulator.serving.api.kit.caller import caller
from amocrm_emulator.serving.api.kit.pages import cut

CURRENCIES = (("RUB", "₽"), ("USD", "$"), ("EUR", "€"), ("KZT", "₸"), ("BYN", "Br"))


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
