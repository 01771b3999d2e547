"""What the real platform does not have: controls for demos and tests. Loopback only, no token."""

from typing import Any

from litestar import get, post
from litestar.params import FromPath

from amocrm_emulator.account.clock import ManualClock, MovableClock
from amocrm_emulator.account.core.kinds import CARDS, SINGULAR
from amocrm_emulator.account.crm import Crm
from amocrm_emulator.account.store import Doc
from amocrm_emulator.serving.api.kit.answers import Answer, ApiRefusal, Http, hal, root
from amocrm_emulator.serving.api.kit.bodies import read_object
from amocrm_emulator.serving.api.kit.limiter import RequestLimiter
from amocrm_emulator.serving.api.kit.switches import switches
from amocrm_emulator.serving.hooks.faults import HookFaults
from amocrm_emulator.serving.hooks.sender import Sender

ARCHIVING = {"archive": True, "unarchive": False}
FLUSH_SECONDS = 30
LOOPBACK = {"127.0.0.1", "::1", "testclient"}


def crm_of(request: Http) -> Crm:
    """Return the account to callers from this machine."""
    client = request.client
    if client is not None and client.host not in LOOPBACK:
        raise ApiRefusal(403, "The control API answers this machine only")
    origin = request.headers.get("origin")
    if origin is not None and origin != root(request):
        raise ApiRefusal(403, "The control API answers no pages of other sites")
    found: Crm = request.app.state.crm
    return found


def _parts(request: Http) -> tuple[Crm, RequestLimiter, Sender]:
    return crm_of(request), request.app.state.limiter, request.app.state.sender


@get("/control/state")
async def state(request: Http) -> Answer:
    crm, limiter, sender = _parts(request)
    kinds = crm.store.rows("SELECT kind, count(*) FROM entity WHERE deleted = 0 GROUP BY kind")
    return hal(
        {
            "account_id": crm.account.id,
            "now": crm.clock.now(),
            "entities": dict(kinds),
            "events": crm.store.rows("SELECT count(*) FROM event")[0][0],
            "hooks_waiting": crm.store.rows("SELECT count(*) FROM delivery")[0][0],
            "hooks_sent": sender.sent,
            "per_second": limiter.per_second,
            "switches": switches(request),
            "faults": sender.faults,
        }
    )


@get("/control/requests")
async def requests(request: Http) -> Answer:
    """Count the calls by path, by client, by both, and those answered 429.

    A client is an integration's id, or the user of a token that belongs to none.
    """
    _crm, limiter, _sender = _parts(request)
    return hal(
        {
            "requests": limiter.requests,
            "clients": limiter.clients,
            "kinds": limiter.kinds,
            "refused": limiter.refused,
            "banned": limiter.banned,
        }
    )


@post("/control/switches", status_code=200)
async def set_switches(request: Http) -> Answer:
    """Set how this account differs, by the names of `Switches`."""
    _parts(request)
    found = switches(request)
    try:
        found.set(await read_object(request))
    except (TypeError, ValueError) as wrong:
        raise ApiRefusal(400, f"A switch cannot be so: {wrong}") from wrong
    return hal(found)


@post("/control/faults", status_code=200)
async def faults(request: Http) -> Answer:
    """Set what happens to webhooks: shares of dropped, doubled and reordered bodies."""
    _crm, _gate, sender = _parts(request)
    given = await read_object(request)
    shares = {name: float(given.get(name) or 0) for name in ("drop", "duplicate", "reorder")}
    sender.set_faults(HookFaults(**shares, seed=int(given.get("seed") or 0)))
    return hal(sender.faults)


@post("/control/clock", status_code=200)
async def clock(request: Http) -> Answer:
    """Move a clock that can be moved: `now` (Unix seconds) or `advance` (seconds)."""
    crm, _gate, _sender = _parts(request)
    given = await read_object(request)
    if not isinstance(crm.clock, ManualClock | MovableClock):
        raise ApiRefusal(409, "This emulator goes by the machine's clock")
    if given.get("now") is not None:
        crm.clock.moment = float(given["now"])
    crm.clock.advance(float(given.get("advance") or 0))
    if isinstance(crm.clock, MovableClock):
        crm.store.set_meta("clock_ahead", crm.clock.ahead)
    return hal({"now": crm.clock.exact()})


@post("/control/hooks/flush", status_code=200)
async def flush(request: Http) -> Answer:
    """Wait until every webhook that is due has been sent."""
    _crm, _gate, sender = _parts(request)
    return hal({"idle": await sender.idle(FLUSH_SECONDS)})


@post("/control/{kind:str}/{number:int}/{verb:str}", status_code=200)
async def act(
    request: Http, kind: FromPath[str], number: FromPath[int], verb: FromPath[str]
) -> Answer:
    """Delete, restore or merge a card as the user named in `by` (default: the owner).

    Notes are deleted and pipelines archived here too: the API has no verb for either.
    """
    crm, _gate, _sender = _parts(request)
    given: Doc = await read_object(request) if await request.body() else {}
    by, at = int(given.get("by") or crm.people.owner()), crm.clock.now()
    if verb == "delete" and kind in SINGULAR:
        return hal({"done": crm.cards.delete(by, at, kind, number)})
    if verb == "delete" and kind == "notes":
        return hal({"done": crm.notes.delete(by, at, number)})
    if verb in ARCHIVING and kind == "pipelines":
        return hal({"done": crm.pipelines.archive(number, is_archive=ARCHIVING[verb])})
    if verb == "restore" and kind in CARDS:
        return hal({"done": crm.cards.restore(by, at, kind, number)})
    if verb == "merge" and kind in CARDS:
        return hal({"done": _merge(crm, by, kind, number, given)})
    raise ApiRefusal(404, "Not found")


def _merge(crm: Crm, by: int, kind: str, number: int, given: dict[str, Any]) -> bool:
    """Join the card named in `absorbs` to this one."""
    try:
        crm.cards.merge(by, crm.clock.now(), kind, number, int(given.get("absorbs") or 0))
    except KeyError:
        return False
    return True
