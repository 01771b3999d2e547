"""OAuth 2.0 for clients: the page of consent, the token endpoint, the account's present address."""

import json
from html import escape
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.response import Redirect

from amocrm_emulator.account.crm import Crm
from amocrm_emulator.account.oauth.authority import NotAllowed, with_query
from amocrm_emulator.account.oauth.core.model import (
    OAuthIntegration,
    TokenIdentity,
    TokenRefusal,
    TokenRequest,
)
from amocrm_emulator.serving.api.kit.answers import Answer, ApiRefusal, Http, hal, root
from amocrm_emulator.serving.oauth.consent import page, refused_page

PROBLEM = "application/problem+json"
MESSAGE = """<!doctype html><meta charset="utf-8"><title>amoCRM</title>
<link rel="icon" href="/page/static/icon.svg">
<script src="/page/static/popup.js" type="module"></script>
<p id="told" data-told="{told}">{text}</p>"""
MESSAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; img-src 'self';"
    " base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


@get("/oauth")
async def ask_consent(request: Http) -> Response[Any]:
    """Show who asks for access, and let the person choose who they are."""
    crm: Crm = request.app.state.crm
    one = _integration(crm, request.query_params.get("client_id", ""))
    people = [user for user in crm.people.users.values() if user["is_active"]]
    allowed = [user for user in people if crm.oauth.may_grant(one, user["id"])]
    return page(one, crm.account.doc["name"], allowed, dict(request.query_params))


@post("/oauth", status_code=302)
async def give_consent(request: Http) -> Response[Any]:
    """Go back to the integration with a code, or with a refusal."""
    crm: Crm = request.app.state.crm
    form = {name: str(value) for name, value in (await request.form()).items()}
    one = _integration(crm, form.get("client_id", ""))
    if form.get("decision") != "allow":
        return _back(one, form, {"error": "access_denied"} | _state(form))
    user = form.get("user", "")
    try:
        code = crm.oauth.grant(one, int(user) if user.isascii() and user.isdigit() else 0)
    except NotAllowed:
        return refused_page()
    return _back(one, form, told_with(request, one, code) | _state(form) | _widget(form))


def told_with(request: Http, one: OAuthIntegration, code: str) -> dict[str, object]:
    """Return what a redirect carries beside the state."""
    crm: Crm = request.app.state.crm
    return {
        "code": code,
        "referer": host_of(request),
        "platform": crm.oauth.rules.platform,
        "client_id": one.client_id,
    }


def host_of(request: Http) -> str:
    """Return the host at which the account lives now, as clients see it."""
    crm: Crm = request.app.state.crm
    return crm.oauth.host or crm.oauth.rules.public_host or root(request).partition("://")[2]


@post("/oauth2/access_token", status_code=200)
async def access_token(request: Http) -> Answer:
    crm: Crm = request.app.state.crm
    if crm.oauth.has_left(request.headers.get("host", "")):
        raise ApiRefusal(crm.oauth.rules.old_host_status, "Аккаунт не найден")
    outcome = crm.oauth.exchange(await _asked(request), host_of(request))
    if isinstance(outcome, TokenRefusal):
        body = msgspec.json.encode(outcome.document())
        return Response(body, status_code=outcome.status, media_type=PROBLEM)
    content = {
        "token_type": "Bearer",
        "expires_in": outcome.expires_in,
        "server_time": outcome.at,
        "access_token": outcome.access,
        "refresh_token": outcome.refresh,
    }
    return Response(msgspec.json.encode(content), media_type="application/json")


@get("/oauth2/account/current/subdomain")
async def current_address(request: Http) -> Answer:
    """Tell the holder of a refresh token where the account lives now."""
    crm: Crm = request.app.state.crm
    return _address(request, crm.oauth.owner_of(request.headers.get("x-refresh-token", "")))


@get("/oauth2/account/subdomain")
async def address(request: Http) -> Answer:
    """Tell the same to the holder of an access token."""
    crm: Crm = request.app.state.crm
    _scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return _address(request, crm.oauth.identify(token.strip()))


def _address(request: Http, who: TokenIdentity | None) -> Answer:
    if who is None:
        raise ApiRefusal(401, "Неверный логин или пароль")
    crm: Crm = request.app.state.crm
    host = host_of(request)
    return hal(
        {
            "id": crm.account.id,
            "subdomain": crm.account.subdomain,
            "domain": host,
            "top_level_domain": host.partition(":")[0].rpartition(".")[2],
        }
    )


def _integration(crm: Crm, client_id: str) -> OAuthIntegration:
    found = crm.oauth.registry.integration(client_id)
    if found is None:
        raise ApiRefusal(404, "There is no integration with this client_id")
    return found


async def _asked(request: Http) -> TokenRequest:
    """Read a token request: JSON as documented, or a form as OAuth libraries send it."""
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        given: Any = dict(await request.form())
    else:
        try:
            given = msgspec.json.decode(await request.body())
        except (msgspec.DecodeError, RecursionError):
            given = None
    if not isinstance(given, dict):
        return TokenRequest()
    return TokenRequest(
        **{name: str(given.get(name) or "") for name in TokenRequest.__dataclass_fields__}
    )


def _state(form: dict[str, str]) -> dict[str, object]:
    return {"state": form["state"]} if form.get("state") else {}


def _widget(form: dict[str, str]) -> dict[str, object]:
    return {"from_widget": 1} if form.get("from_widget") == "1" else {}


def _back(one: OAuthIntegration, form: dict[str, str], told: dict[str, object]) -> Response[Any]:
    if form.get("mode") == "post_message":
        text = escape("Готово, это окно можно закрыть.")
        body = MESSAGE.format(told=escape(json.dumps(told)), text=text)
        return Response(body, status_code=200, media_type="text/html", headers=MESSAGE_HEADERS)
    return Redirect(with_query(one.redirect_uri, told), status_code=302)
