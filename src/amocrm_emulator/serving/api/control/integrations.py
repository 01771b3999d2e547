"""Controls of OAuth: integrations, their installing and withdrawing, an account that moves."""

from dataclasses import asdict, fields
from typing import Any

import httpx2
from litestar import get, post
from litestar.params import FromPath

from amocrm_emulator.account.crm import Crm
from amocrm_emulator.account.oauth.authority import NewIntegration, NotAllowed, with_query
from amocrm_emulator.account.oauth.core.model import OAuthIntegration
from amocrm_emulator.account.store import Doc
from amocrm_emulator.serving.api.control.general import crm_of
from amocrm_emulator.serving.api.kit.answers import Answer, ApiRefusal, Http, hal
from amocrm_emulator.serving.api.kit.bodies import is_whole, read_object
from amocrm_emulator.serving.hooks.sender import certificates
from amocrm_emulator.serving.oauth.endpoints import host_of, told_with

HOOK_SECONDS = 3


@get("/control/integrations")
async def integrations(request: Http) -> Answer:
    return hal([asdict(one) for one in crm_of(request).oauth.registry.integrations()])


@post("/control/integrations", status_code=200)
async def set_integration(request: Http) -> Answer:
    """Add an integration, or change a known one; answer with its id and secret."""
    crm = crm_of(request)
    given = await read_object(request)
    named = {one.name for one in fields(NewIntegration)}
    wrong = [name for name in given if name not in named or not isinstance(given[name], str)]
    if wrong:
        raise ApiRefusal(400, f"Not a setting of an integration, or no text: {', '.join(wrong)}")
    if not given.get("redirect_uri"):
        raise ApiRefusal(400, "redirect_uri is missing")
    return hal(asdict(crm.oauth.create(NewIntegration(**({"name": "Интеграция"} | given)))))


@post("/control/integrations/{client_id:str}/{verb:str}", status_code=200)
async def act(request: Http, client_id: FromPath[str], verb: FromPath[str]) -> Answer:
    """Do what a person does with an integration: `install`, `disable`, `grant`, `token`."""
    crm = crm_of(request)
    one = crm.oauth.registry.integration(client_id)
    if one is None or verb not in {"install", "disable", "grant", "token"}:
        raise ApiRefusal(404, "Not found")
    given = await read_object(request) if await request.body() else {}
    if verb == "disable":
        return hal({"told": await tell(crm.oauth.disable(one))})
    if verb == "token":
        return hal({"token": _token(request, crm, one, given)})
    told = told_with(request, one, _code(crm, one, given))
    if verb == "grant":
        return hal(told)
    return hal({"told": await tell(with_query(one.redirect_uri, told | {"from_widget": 1}))})


@post("/control/oauth", status_code=200)
async def set_rules(request: Http) -> Answer:
    """Set lifetimes, the cloud (`platform` 2 is Kommo) and what is unconfirmed."""
    rules = crm_of(request).oauth.rules
    for name, value in (await read_object(request)).items():
        known = getattr(rules, name, None)
        if known is None or not isinstance(value, type(known)):
            raise ApiRefusal(400, f"{name} is unknown or of another type")
        setattr(rules, name, value)
    return hal(asdict(rules))


@post("/control/move", status_code=200)
async def move(request: Http) -> Answer:
    """Rename the account to `subdomain`; with `host`, answer at that host only."""
    crm = crm_of(request)
    given = await read_object(request)
    host = given.get("host")
    crm.oauth.move(
        str(given.get("subdomain") or crm.account.subdomain),
        None if host is None else str(host),
    )
    return hal({"subdomain": crm.account.subdomain, "host": crm.oauth.host})


def _person(crm: Crm, given: Doc) -> int:
    user = given.get("user")
    return user if is_whole(user) else crm.people.owner()


def _code(crm: Crm, one: OAuthIntegration, given: Doc) -> str:
    try:
        return crm.oauth.grant(one, _person(crm, given))
    except NotAllowed as error:
        raise ApiRefusal(403, str(error)) from error


def _token(request: Http, crm: Crm, one: OAuthIntegration, given: Doc) -> str:
    days: Any = given.get("days", 1)
    if not is_whole(days) or not 1 <= days <= 5 * 366:
        raise ApiRefusal(400, "days is a number from 1 to 1830")
    return crm.oauth.long_lived(one, _person(crm, given), days, host_of(request))


async def tell(address: str | None) -> int | None:
    """Call an address once; return its status, 0 for no answer, None for no address."""
    if address is None:
        return None
    try:
        async with httpx2.AsyncClient(
            timeout=HOOK_SECONDS, trust_env=False, verify=certificates()
        ) as client:
            return (await client.get(address)).status_code
    except (httpx2.HTTPError, httpx2.InvalidURL):
        return 0
