"""Conversations: read, closed. The platform has no list of them; nor has this."""

from litestar import get, post
from litestar.params import FromPath

from amocrm_emulator.account.store import Doc
from amocrm_emulator.account.talks import talk_card
from amocrm_emulator.serving.api.kit import query as queries
from amocrm_emulator.serving.api.kit.answers import (
    Answer,
    ApiRefusal,
    Http,
    hal,
    listing,
    self_link,
)
from amocrm_emulator.serving.api.kit.bodies import read_object
from amocrm_emulator.serving.api.kit.caller import Caller, caller
from amocrm_emulator.serving.api.kit.pages import cut
from amocrm_emulator.serving.api.kit.seeing import require


@get("/api/v4/talks/{number:int}")
async def one_talk(request: Http, number: FromPath[int]) -> Answer:
    who = caller(request)
    return hal(_shown(request, _existing(who, number)))


@get("/api/v4/talks/{number:int}/messages")
async def talk_messages(request: Http, number: FromPath[int]) -> Answer:
    """List what was written; seen with one client only."""
    who, query = caller(request), queries.of(request)
    _existing(who, number)
    docs = who.crm.store.docs(
        "SELECT doc FROM entity WHERE kind = 'messages' AND parent_kind = 'talks' AND parent = ?"
        " ORDER BY id DESC",
        [number],
    )
    page, has_next = cut([_message(doc) for doc in docs], query)
    return listing(request, "messages", page, query, has_next=has_next)


@post("/api/v4/talks/{number:int}/close", status_code=202)
async def close_talk(request: Http, number: FromPath[int]) -> Answer:
    """Close a conversation; one that is closed already is refused."""
    who = caller(request)
    _existing(who, number)
    if await request.body():
        await read_object(request)
    if not who.crm.talks.close(who.user, who.crm.clock.now(), number):
        raise ApiRefusal(422, "The conversation is closed already")
    return hal({}, status=202)


def _existing(who: Caller, number: int) -> Doc:
    talk = who.crm.store.entity("talks", number)
    if talk is None:
        raise ApiRefusal(404, "Talk not found")
    kind, card = talk_card(talk)
    require(who, "view", kind, who.crm.store.entity(kind, card) or {})
    return talk


def _shown(request: Http, talk: Doc) -> Doc:
    shown = {name: value for name, value in talk.items() if name != "id"}
    embedded: Doc = {
        "contacts": [
            {
                "id": talk["contact_id"],
                "_links": self_link(request, f"contacts/{talk['contact_id']}"),
            }
        ],
        "leads": [
            {"id": talk["entity_id"], "_links": self_link(request, f"leads/{talk['entity_id']}")}
        ]
        if talk["entity_id"]
        else [],
    }
    return shown | {"_links": self_link(request, f"talks/{talk['id']}"), "_embedded": embedded}


def _message(doc: Doc) -> Doc:
    shown = {name: value for name, value in doc.items() if name not in {"id", "uuid", "author"}}
    return {"id": doc["uuid"]} | shown | {"author": {"id": doc["author"]}}
