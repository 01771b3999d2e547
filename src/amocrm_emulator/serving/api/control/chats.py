"""Controls of conversations: the platform's customers write from their phones."""

from litestar import post

from amocrm_emulator.account.crm import Crm
from amocrm_emulator.account.store import Doc
from amocrm_emulator.serving.api.control.general import LOOPBACK
from amocrm_emulator.serving.api.kit.answers import Answer, ApiRefusal, Http, hal
from amocrm_emulator.serving.api.kit.bodies import is_whole, read_object


def _crm(request: Http) -> Crm:
    client = request.client
    if client is not None and client.host not in LOOPBACK:
        raise ApiRefusal(403, "The control API answers this machine only")
    crm: Crm = request.app.state.crm
    return crm


@post("/control/chats/message", status_code=200)
async def write_message(request: Http) -> Answer:
    """Write to or from `contact`: `text`, `incoming` (default true), `by`, `origin`."""
    crm, given = _crm(request), await read_object(request)
    contact = given.get("contact")
    if not is_whole(contact) or crm.store.entity("contacts", contact) is None:
        raise ApiRefusal(404, "No such contact")
    message = crm.talks.write(
        int(given.get("by") or crm.people.owner()),
        crm.clock.now(),
        contact,
        str(given.get("text") or "Здравствуйте!"),
        is_incoming=bool(given.get("incoming", True)),
        origin=str(given.get("origin") or "telegram"),
    )
    return hal(message)


@post("/control/chats/stranger", status_code=200)
async def write_as_stranger(request: Http) -> Answer:
    """Let somebody unknown write: an unsorted lead of the category chats."""
    crm, given = _crm(request), await read_object(request)
    row = crm.unsorted.chat_from_stranger(
        crm.clock.now(),
        str(given.get("name") or "Гость"),
        str(given.get("text") or "Здравствуйте!"),
        origin=str(given.get("origin") or "telegram"),
    )
    return hal(row)


@post("/control/chats/miss", status_code=200)
async def miss_talk(request: Http) -> Answer:
    """Note that nobody answered in the conversation `talk` in time."""
    crm, given = _crm(request), await read_object(request)
    number = given.get("talk")
    if not is_whole(number) or crm.store.entity("talks", number) is None:
        raise ApiRefusal(404, "No such talk")
    crm.talks.miss(crm.clock.now(), number)
    done: Doc = {"done": True}
    return hal(done)
