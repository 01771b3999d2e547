"""HTTP entry points of consents.

Begun here, ended by amoCRM's redirect, taken back by its webhook.
"""

from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from smena.access import queries as access
from smena.access.core.policy import may
from smena.access.guard import needs
from smena.access.middleware import recognise
from smena.access.model import Ability, Viewer
from smena.connectors.amocrm.connecting import consent, disconnect, words
from smena.connectors.amocrm.connecting.consent import Form
from smena.connectors.amocrm.connecting.core.callback import (
    Consent,
    Denied,
    Foreign,
    Unreadable,
    read_callback,
)
from smena.connectors.amocrm.connecting.core.disabled import read_disabled
from smena.connectors.amocrm.connecting.pages.connection_page import (
    PATH,
    Http,
    Shown,
    browser_of,
    outcome,
)
from smena.connectors.amocrm.model import ConnectRefusal, KeptUnsolicited, NotConnected, SwitchedOff
from smena.connectors.amocrm.service import DISABLED_PATH, REDIRECT_PATH, AmocrmService
from smena.kernel.i18n import gettext as _
from smena.kernel.metrics import DISABLE_WEBHOOKS
from smena.web.page import Html, page, redirect

FORBIDDEN, NOT_ACCEPTED = 403, 422


@post(f"{PATH}/consent", guards=[needs(Ability.CONNECT_ACCOUNT)])
async def begin(request: Http) -> Response[bytes]:
    """Remember the integration; the page then shows the way to amoCRM."""
    form, is_new = await _typed(request)
    state, browser = request.app.state, browser_of(access.viewer(request))
    begun = await consent.begin(state.db, state.clock, state.services["amocrm"], browser, form)
    if isinstance(begun, NotConnected):
        return await outcome(request, begun, _shown("oauth", form, is_new=is_new))
    return redirect(f"{PATH}?way=oauth{'&new=1' if is_new else ''}#consent")


@post(f"{PATH}/code", guards=[needs(Ability.CONNECT_ACCOUNT)])
async def by_hand(request: Http) -> Response[bytes]:
    """Connect by a code that was copied from amoCRM."""
    form, is_new = await _typed(request)
    pasted = str((await request.form()).get("code", ""))
    state, browser = request.app.state, browser_of(access.viewer(request))
    found = await consent.by_hand(
        state.db, state.clock, state.services["amocrm"], browser, (form, pasted)
    )
    return await outcome(request, found, _shown("code", form, is_new=is_new))


@get(REDIRECT_PATH, opt={"open": True})
async def land(request: Http) -> Response[bytes]:
    """Hear amoCRM's answer to a consent: from the browser that asked, or from amoCRM unasked."""
    state, viewer = request.app.state, await recognise(request)
    service: AmocrmService = state.services["amocrm"]
    query = {name: request.query_params[name] for name in request.query_params}
    landed = read_callback(query, service.options.crm_hosts, scheme="http")
    match landed:
        case Foreign(host):
            return _told(request, viewer, NotConnected(ConnectRefusal.FOREIGN_REFERER, host))
        case Unreadable():
            return _told(request, viewer, NotConnected(ConnectRefusal.BAD_CALLBACK))
        case Denied(told_state):
            if viewer is not None:
                browser = browser_of(viewer)
                await consent.deny(state.db, state.clock, service, browser, told_state)
            return _told(request, viewer, NotConnected(ConnectRefusal.DENIED))
        case Consent():
            return await _consented(request, viewer, landed)


@post(f"{PATH}/offers/{{number:uuid}}", guards=[needs(Ability.CONNECT_ACCOUNT)])
async def confirm(request: Http, number: FromPath[UUID]) -> Response[bytes]:
    """Take what was given inside amoCRM."""
    state, browser = request.app.state, browser_of(access.viewer(request))
    found = await consent.confirm(state.db, state.clock, state.services["amocrm"], browser, number)
    return await outcome(request, found, Shown("oauth"))


@get(DISABLED_PATH)
async def disabled(request: Http) -> Response[None]:
    """Hear that our integration was switched off in amoCRM; it says so once."""
    state = request.app.state
    query = {name: request.query_params[name] for name in request.query_params}
    told = read_disabled(query)
    found = SwitchedOff.NOT_SIGNED
    if told is not None:
        found = await disconnect.switched_off(state.db, state.clock, state.services["amocrm"], told)
    DISABLE_WEBHOOKS.labels(found.value).inc()
    return Response(None, status_code=FORBIDDEN if found is SwitchedOff.NOT_SIGNED else 200)


async def _consented(request: Http, viewer: Viewer | None, landed: Consent) -> Response[bytes]:
    state = request.app.state
    service: AmocrmService = state.services["amocrm"]
    if not landed.state:
        kept = await consent.keep_unsolicited(state.db, state.clock, service, landed)
        return _told(request, viewer, kept)
    if viewer is None:
        return _told(request, viewer, NotConnected(ConnectRefusal.STALE_STATE))
    if not may(viewer, Ability.CONNECT_ACCOUNT):
        return _told(request, viewer, NotConnected(ConnectRefusal.NOT_ALLOWED))
    found = await consent.handle_callback(
        state.db, state.clock, service, browser_of(viewer), landed
    )
    return await outcome(request, found, Shown("oauth"))


def _told(request: Http, viewer: Viewer | None, told: NotConnected | KeptUnsolicited) -> Html:
    """Say what came of it to whoever looks: a person here, a stranger, or amoCRM's machine."""
    is_refused = isinstance(told, NotConnected)
    return page(
        request,
        "amocrm/callback.html",
        title=_("Ничего не подключено") if is_refused else _("Осталось подтвердить"),
        status=NOT_ACCEPTED if is_refused else 200,
        text=words.refusal_text(told) if isinstance(told, NotConnected) else "",
        is_refused=is_refused,
        is_known=viewer is not None,
    )


async def _typed(request: Http) -> tuple[Form, bool]:
    form = await request.form()
    values = {
        name: str(form.get(name, "")) for name in ("address", "client", "secret", "redirect_uri")
    }
    viewer, is_new = access.viewer(request), bool(form.get("new"))
    is_again = bool(form.get("again")) and viewer.account is not None and not is_new
    return Form(**values, is_again=is_again), is_new


def _shown(way: str, form: Form, *, is_new: bool) -> Shown:
    return Shown(
        way, is_new, address=form.address, client=form.client, redirect_uri=form.redirect_uri
    )


ROUTES = (begin, by_hand, land, confirm, disabled)
