"""Which chats a contact has: those of conversations, and those that clients bound."""

from litestar import get, post

from amocrm_emulator.account.store import Doc
from amocrm_emulator.serving.api.kit import query as queries
from amocrm_emulator.serving.api.kit.answers import (
    Answer,
    ApiRefusal,
    Http,
    nothing,
    whole,
)
from amocrm_emulator.serving.api.kit.bodies import read_items
from amocrm_emulator.serving.api.kit.caller import Caller, caller
from amocrm_emulator.serving.api.kit.checks import card_exists


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
