"""Who may pass: finds the person behind each request and turns strangers away.

A handler is closed unless it says `opt={"open": True}` or lies under /hooks/ (which has a secret of
its own in its address). So a page that forgets to think of access is closed, not open.
"""

import asyncio
from typing import Any
from urllib.parse import quote, urlsplit

import structlog
from litestar import Response
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp, Receive, Scope, Send

from smena.access import account_gate, queries
from smena.access.core.policy import may
from smena.access.model import Ability, Viewer
from smena.access.request import PageRequest
from smena.kernel.i18n import use
from smena.web.frame import language_of
from smena.web.page import is_htmx, redirect

SESSION_COOKIE = "session"
SIGN_IN = "/sign-in"
CONNECTION = "/settings/connection"
ACCOUNTS = "/accounts"
RECALL_SECONDS = 1.0
_OURS = 500
# Pages that mean something before any account is connected.
_ACCOUNT_FREE = (CONNECTION, ACCOUNTS, "/settings/sessions", "/settings/password", "/sign-out")
_ACCOUNT_FREE_EXACT = ("/", "/account")

log = structlog.get_logger(__name__)


class SignedInMiddleware:
    """Middleware: `state.viewer` is set for everything behind it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if is_open(scope):
            await self.app(scope, receive, send)
            return
        request = PageRequest(scope, receive, send)
        viewer = await recognise(request)
        answer = _turn_away(request) if viewer is None else _send_on(request, viewer)
        if viewer is not None and answer is None:
            answer = await account_gate.account_gate(request, viewer)
        if answer is not None:
            await answer.to_asgi_response(app=None, request=request)(scope, receive, send)
            return
        with use(language_of(scope)):  # the account may speak another one than the installation
            await self.app(scope, receive, send)


def is_open(scope: Scope) -> bool:
    return bool(scope["route_handler"].opt.get("open")) or scope["path"].startswith("/hooks/")


def token_of(request: PageRequest) -> str | None:
    return request.cookies.get(request.app.state.jar.name(SESSION_COOKIE)) or None


async def recognise(request: PageRequest) -> Viewer | None:
    """Find the viewer and leave them in the request's state, with a way to ask again later."""
    token = token_of(request)
    if token is None:
        return None
    viewer = await queries.recognise(request.db, token, request.now)
    if viewer is None:
        return None

    async def still_allowed() -> bool:
        now_there = await queries.recognise(request.db, token, request.now)
        return now_there == viewer and await account_gate.is_open(request, viewer)

    request.scope.setdefault("state", {}).update(viewer=viewer, still_allowed=still_allowed)
    return viewer


async def re_authenticate(error: Exception, scope: Scope) -> None:
    """Find out who will read an error page that no handler stood behind: they keep their menu.

    Whatever goes wrong here leaves the plain page; a defect may be the database's, so then nobody
    is asked at all.
    """
    request = PageRequest(scope)
    is_page = "text/html" in request.headers.get("accept", "") and not is_htmx(request)
    is_refusal = isinstance(error, HTTPException) and error.status_code < _OURS
    if not (is_page and is_refusal) or queries.viewer_or_none(request) is not None:
        return
    try:
        async with asyncio.timeout(RECALL_SECONDS):
            viewer = await recognise(request)
            if viewer is not None:
                await account_gate.frame(request, viewer)
    except Exception as trouble:  # noqa: BLE001 -- the page that follows tells of another failure
        scope.setdefault("state", {}).pop("viewer", None)
        log.warning("reader_not_recalled", trouble=repr(trouble))


def _turn_away(request: PageRequest) -> Response[Any]:
    """Ask to sign in; afterwards the person comes back to where they were."""
    if is_htmx(request):
        page = urlsplit(request.headers.get("hx-current-url", ""))
        back = page.path + (f"?{page.query}" if page.query else "")
        return Response(b"", status_code=401, headers={"HX-Redirect": _sign_in(back)})
    if request.method in {"GET", "HEAD"} and "text/html" in request.headers.get("accept", ""):
        query = request.url.query
        return redirect(_sign_in(request.scope["path"] + (f"?{query}" if query else "")))
    if "text/html" in request.headers.get("accept", ""):
        return redirect(SIGN_IN)
    return Response({"status": 401, "error": "sign in first"}, status_code=401)


def _sign_in(back: str) -> str:
    return SIGN_IN if back in {"", "/"} else f"{SIGN_IN}?next={quote(back)}"


def _send_on(request: PageRequest, viewer: Viewer) -> Response[Any] | None:
    """Without an account there is one thing to do, or nothing."""
    path = request.scope["path"]
    if viewer.account is not None or path in _ACCOUNT_FREE_EXACT or path.startswith(_ACCOUNT_FREE):
        return None
    return redirect(CONNECTION if may(viewer, Ability.CONNECT_ACCOUNT) else ACCOUNTS)
