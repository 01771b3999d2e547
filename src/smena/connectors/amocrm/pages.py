"""HTTP entry points of the connection with amoCRM (CORE-1, CORE-2)."""

from typing import Any

from litestar import Request, Response, get, post

from smena.access import actions as access_actions
from smena.access import queries as access
from smena.access.core.policy import may
from smena.access.guard import needs
from smena.access.middleware import token_of
from smena.access.model import Ability, Membership, Role, Viewer
from smena.access.pages import with_session
from smena.connectors.amocrm import actions, receiver, views, words
from smena.connectors.amocrm.connecting import Request as Asked
from smena.connectors.amocrm.model import NotConnected
from smena.connectors.amocrm.reach import Reach
from smena.kernel.i18n import gettext as _
from smena.kernel.ids import AccountId
from smena.staff import actions as staff
from smena.web.page import Html, flash, fragment, page, redirect

Http = Request[Any, Any, Any]
PATH = "/settings/connection"
TEMPLATE = "amocrm/connection.html"


@get(PATH, guards=[needs(Ability.CONNECT_ACCOUNT)])
async def connection(request: Http) -> Html:
    return await _page(request)


@post(PATH, guards=[needs(Ability.CONNECT_ACCOUNT)])
async def connect(request: Http) -> Response[bytes]:
    """Connect the account that was typed; whoever connects it becomes its administrator."""
    form = await request.form()
    address, token = str(form.get("address", "")), str(form.get("token", ""))
    state = request.app.state
    reach: Reach = state.services["amocrm"]
    found = await actions.connect_by_token(state.db, state.clock, reach, Asked(address, token))
    if isinstance(found, NotConnected):
        return await _page(request, error=words.refusal_text(found), address=address, status=422)
    flash(request, _("Аккаунт «{name}» подключён.").format(name=found.name))
    return await _made_ours(request, access.viewer(request), found.account)


@post(f"{PATH}/disconnect", guards=[needs(Ability.CONNECT_ACCOUNT)])
async def disconnect(request: Http) -> Response[bytes]:
    """Forget the token after the reader has confirmed it; what was read stays."""
    form = await request.form()
    if not form.get("confirm"):
        flash(request, _("Отметьте, что понимаете, что произойдёт."), "error")
        return redirect(PATH)
    state = request.app.state
    account = access.account_of(request)
    await actions.disconnect(state.db, state.clock, state.services["amocrm"], account)
    flash(request, _("Аккаунт отключён. Прочитанные данные остались."))
    return redirect(PATH)


@get(f"{PATH}/banner")
async def banner(request: Http) -> Html:
    """Return the amber line of other pages; empty when all is well."""
    viewer = access.viewer(request)
    text = ""
    if viewer.account is not None:
        async with request.app.state.db.tenant(viewer.account) as tx:
            text = views.banner_text(await views.overview(tx, request.app.state.clock.now()))
    shown = text if may(viewer, Ability.SEE_OWN_ACTIVITY) else ""
    return fragment(request, TEMPLATE, "banner", text=shown)


async def _page(request: Http, *, error: str = "", address: str = "", status: int = 200) -> Html:
    viewer = access.viewer(request)
    shown = None
    if viewer.account is not None:
        async with request.app.state.db.tenant(viewer.account) as tx:
            shown = await views.overview(tx, request.app.state.clock.now())
    return page(
        request,
        TEMPLATE,
        title=_("Подключение"),
        status=status,
        shown=shown,
        error=error,
        address=address,
        text="",
    )


async def _made_ours(request: Http, viewer: Viewer, account: AccountId) -> Response[bytes]:
    """Give the account its first hours and its administrator, then show it."""
    state = request.app.state
    now = state.clock.now()
    async with state.db.tenant(account) as tx:
        await staff.ensure_default(tx)
    if viewer.account == account:
        return redirect(PATH)
    async with state.db.system() as tx:
        await access_actions.join(tx, account, Membership(viewer.person_id, Role.ADMIN, None), now)
    token = token_of(request) or ""
    shown = await access_actions.switch_account(state.db, viewer, token, account, now)
    return redirect(PATH) if shown is None else with_session(request, shown, PATH)


ROUTES = (connection, connect, disconnect, banner, receiver.receive)
