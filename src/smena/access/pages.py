"""HTTP entry points of access: the front door, signing in and out, one's own sessions.

Accounts, modules and the people of an account are set in `smena.settings`.
"""

from datetime import UTC, tzinfo
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from smena.access import actions, modules, queries, words
from smena.access.core import lifetime
from smena.access.core.browser import browser_words
from smena.access.core.policy import may
from smena.access.guard import needs, shown_to
from smena.access.middleware import (
    ACCOUNTS,
    CONNECTION,
    SESSION_COOKIE,
    SIGN_IN,
    SignedInMiddleware,
    re_authenticate,
    recognise,
    token_of,
)
from smena.access.model import Ability, Credentials, SessionId, SignedIn, TooSoon
from smena.access.request import PageRequest
from smena.accounts import queries as accounts
from smena.kernel.i18n import gettext as _
from smena.kernel.ids import AccountId
from smena.web.page import Html, flash, page, redirect
from smena.web.paths import local_path

__all__ = ["MENU", "MIDDLEWARE", "REQUEST", "RE_AUTHENTICATE", "ROUTES", "needs", "shown_to"]

SESSIONS = "/settings/sessions"
_TOO_MANY, _NOT_ACCEPTED = 429, 422


@get("/", sync_to_thread=False)
def front_door(request: PageRequest) -> Response[bytes]:
    """Lead everybody to the first thing they can do."""
    viewer = request.viewer
    if viewer.account is not None:
        return redirect(modules.first_page(request))
    return redirect(CONNECTION if may(viewer, Ability.CONNECT_ACCOUNT) else ACCOUNTS)


@get(SIGN_IN, opt={"open": True})
async def show_sign_in(request: PageRequest) -> Html | Response[bytes]:
    if await recognise(request) is not None:
        return redirect(local_path(request.query_params.get("next")))
    return _sign_in_page(request, back=request.query_params.get("next", ""))


@post(SIGN_IN, opt={"open": True}, status_code=200)
async def sign_in(request: PageRequest) -> Html | Response[bytes]:
    form = await request.form()
    given = Credentials(
        email=str(form.get("email", ""))[:254],
        password=str(form.get("password", "")),
        address=request.client.host if request.client else "",
        user_agent=request.headers.get("user-agent", ""),
    )
    outcome = await actions.sign_in(request.db, given, request.now, old_token=token_of(request))
    back = str(form.get("next", ""))
    if isinstance(outcome, SignedIn):
        return with_session(request, outcome, local_path(back))
    if isinstance(outcome, TooSoon):
        error, status = words.wait_text(outcome.wait), _TOO_MANY
    else:
        error, status = _("E-mail или пароль не подходит."), _NOT_ACCEPTED
    return _sign_in_page(request, back=back, email=given.email, error=error, status=status)


@post("/sign-out", status_code=303)
async def sign_out(request: PageRequest) -> Response[bytes]:
    token = token_of(request)
    if token is not None:
        await actions.sign_out(request.db, token, request.now)
    return redirect(SIGN_IN, cookies=(request.app.state.jar.gone(SESSION_COOKIE),))


@post("/account", status_code=303)
async def switch_account(request: PageRequest) -> Response[bytes]:
    """Look at another account of the same person."""
    form = await request.form()
    chosen, token = str(form.get("account", "")), token_of(request)
    if not chosen.isdecimal() or token is None:
        raise NotFoundException
    switched = await actions.switch_account(
        request.db, request.viewer, token, AccountId(int(chosen)), request.now
    )
    if switched is None:
        raise NotFoundException
    return with_session(request, switched, "/")


@get(ACCOUNTS)
async def own_accounts(request: PageRequest) -> Html:
    """Let the viewer change the account, or explain why there is none: never a blank page."""
    viewer = request.viewer
    choices = await queries.accounts_of(request.db, viewer.person_id)
    return page(request, "access/accounts.html", title=_("Аккаунты"), choices=choices)


@get(SESSIONS)
async def sessions(request: PageRequest) -> Html:
    return await _sessions_page(request)


@post(f"{SESSIONS}/others/end", status_code=303)
async def end_others(request: PageRequest) -> Response[bytes]:
    await actions.end_other_sessions(request.db, request.viewer, request.now)
    flash(request, _("Остальные сеансы завершены."))
    return redirect(SESSIONS)


@post(f"{SESSIONS}/{{session:uuid}}/end", status_code=303)
async def end_session(request: PageRequest, session: FromPath[UUID]) -> Response[bytes]:
    viewer = request.viewer
    if not await actions.end_session(request.db, viewer, SessionId(session), request.now):
        raise NotFoundException
    flash(request, _("Сеанс завершён."))
    return redirect(SESSIONS)


@post("/settings/password", status_code=200)
async def change_password(request: PageRequest) -> Html | Response[bytes]:
    form = await request.form()
    refused = await actions.change_password(
        request.db,
        request.viewer,
        str(form.get("old", "")),
        str(form.get("new", "")),
        request.now,
    )
    if refused is not None:
        return await _sessions_page(request, error=words.refusal_text(refused))
    flash(request, _("Пароль изменён, остальные сеансы завершены."))
    return redirect(SESSIONS)


def _sign_in_page(
    request: PageRequest, *, back: str, email: str = "", error: str = "", status: int = 200
) -> Html:
    return page(
        request,
        "access/sign_in.html",
        title=_("Вход"),
        status=status,
        back=local_path(back, ""),
        email=email,
        error=error,
    )


async def _sessions_page(request: PageRequest, error: str = "") -> Html:
    viewer = request.viewer
    found = await queries.open_sessions(request.db, viewer.person_id, request.now)
    return page(
        request,
        "access/sessions.html",
        title=_("Сеансы и пароль"),
        status=_NOT_ACCEPTED if error else 200,
        sessions=[(session, browser_words(session.user_agent)) for session in found],
        current=viewer.session_id,
        zone=await zone_of(request),
        error=error,
    )


async def zone_of(request: PageRequest) -> tzinfo:
    """Return the time zone of the viewer's account; before the first one there is only UTC."""
    account = request.viewer.account
    if account is None:
        return UTC
    async with request.db.tenant(account) as tx:
        return ZoneInfo((await accounts.account(tx)).time_zone)


def with_session(request: PageRequest, outcome: SignedIn, to: str) -> Response[bytes]:
    cookie = request.app.state.jar.cookie(SESSION_COOKIE, outcome.token, keep=lifetime.AGE_MAX)
    return redirect(to, cookies=(cookie,))


ROUTES = (
    front_door,
    show_sign_in,
    sign_in,
    sign_out,
    switch_account,
    own_accounts,
    sessions,
    end_others,
    end_session,
    change_password,
)
MIDDLEWARE = (SignedInMiddleware,)
RE_AUTHENTICATE = re_authenticate
REQUEST = PageRequest
MENU = "access/menu.html"
