"""Controls of trouble: a script of faults for the API, limits, bans, slowness."""

from typing import Any

from litestar import delete, get, post

from amocrm_emulator.serving.api.control.general import crm_of
from amocrm_emulator.serving.api.kit.answers import Answer, ApiRefusal, Http, hal
from amocrm_emulator.serving.api.kit.bodies import is_whole, read_any, read_object
from amocrm_emulator.serving.api.kit.limiter import RequestLimiter
from amocrm_emulator.serving.faults.read import BadScript, read_list
from amocrm_emulator.serving.faults.script import Script
from amocrm_emulator.serving.faults.wire import Wire

WHOLE = ("account_per_second",)
WHOLE_OR_NULL = ("per_second", "ban_after")


@get("/control/faults/api")
async def script(request: Http) -> Answer:
    """Show the faults of the API with how many requests fitted, and how many were hit."""
    crm_of(request)
    return hal(_shown(_wire(request)))


@post("/control/faults/api", status_code=200)
async def set_script(request: Http) -> Answer:
    """Take a list of faults instead of those so far."""
    crm_of(request)
    try:
        faults = read_list(await read_any(request))
    except BadScript as error:
        raise ApiRefusal(400, str(error)) from error
    _wire(request).script = Script(faults)
    return hal(_shown(_wire(request)))


@delete("/control/faults/api", status_code=204)
async def end_script(request: Http) -> None:
    """Let everything go well again."""
    crm_of(request)
    _wire(request).script = Script()


@post("/control/limits", status_code=200)
async def limits(request: Http) -> Answer:
    """Set what is named; null lifts.

    `per_second` of each client, `account_per_second`, a ban of `ban_seconds` after `ban_after`
    refusals within a minute, `latency_ms` of each answer.
    """
    crm_of(request)
    limiter: RequestLimiter = request.app.state.limiter
    for name, value in (await read_object(request)).items():
        _check(name, value)
        if name == "latency_ms":
            _wire(request).latency_seconds = value / 1000
        else:
            setattr(limiter, name, value)
    return hal(_limits(limiter) | {"latency_ms": round(_wire(request).latency_seconds * 1000)})


def _check(name: str, value: Any) -> None:
    if name in WHOLE or name in WHOLE_OR_NULL:
        is_good = (is_whole(value) and value > 0) or (value is None and name in WHOLE_OR_NULL)
        if not is_good:
            raise ApiRefusal(
                400, f"{name} is a whole number above 0, or null where it may be lifted"
            )
    elif name in {"ban_seconds", "latency_ms"}:
        if not isinstance(value, int | float) or isinstance(value, bool) or value < 0:
            raise ApiRefusal(400, f"{name} is a number, not below 0")
    else:
        raise ApiRefusal(400, f"{name} is no limit")


def _limits(limiter: RequestLimiter) -> dict[str, Any]:
    names = ("per_second", "account_per_second", "ban_after", "ban_seconds")
    return {name: getattr(limiter, name) for name in names}


def _wire(request: Http) -> Wire:
    found: Wire = request.app.state.wire
    return found


def _shown(wire: Wire) -> list[dict[str, Any]]:
    return [
        {"fault": line.fault, "seen": line.seen, "struck": line.struck}
        for line in wire.script.lines
    ]
