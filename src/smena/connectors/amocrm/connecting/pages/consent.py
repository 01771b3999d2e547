"""HTTP entry points of consents.

Begun here, ended by amoCRM's redirect, taken back by its webhook.
"""

from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from smena.access.core.policy import may
from smena.access.guard import needs
from smena.access.middleware import recognise
from smena.access.model import Ability, Viewer
from smena.access.request import PageRequest
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
async def begin(request: PageRequest) -> Response[bytes]:
    """Remember the integration; the page then shows the way to amoCRM."""
    form, is_new = await _typed(request)
    browser = browser_of(request)
    begun = await consent.begin(
        request.db, request.clock, request.service(AmocrmService), browser, form
    )
    if isinstance(begun, NotConnected):
        return await outcome(request, begun, _shown("oauth", form, is_new=is_new))
    return redirect(f"{PATH}?way=oauth{'&new=1' if is_new else ''}#consent")


@post(f"{PATH}/code", guards=[needs(Ability.CONNECT_ACCOUNT)])
async def by_hand(request: PageRequest) -> Response[bytes]:
    """Connect by a code that was copied from amoCRM."""
    form, is_new = await _typed(request)
    pasted = str((await request.form()).get("code", ""))
    browser = browser_of(request)
    found = await consent.by_hand(
        request.db, request.clock, request.service(AmocrmService), browser, (form, pasted)
    )
    return await outcome(request, found, _shown("code", form, is_new=is_new))


@get(REDIRECT_PATH, opt={"open": True})
async def land(request: PageRequest) -> Response[bytes]:
    """Hear amoCRM's answer to a consent: from the browser that asked, or from amoCRM unasked."""
    viewer = await recognise(request)
    service = request.service(AmocrmService)
    query = {name: request.query_params[name] for name in request.query_params}
    landed = read_callback(query, service.options.crm_hosts, scheme="http")
    match landed:
        case Foreign(host):
            return _told(request, viewer, NotConnected(ConnectRefusal.FOREIGN_REFERER, host))
        case Unreadable():
            return _told(request, viewer, NotConnected(ConnectRefusal.BAD_CALLBACK))
        case Denied(told_state):
            if viewer is not None:
                browser = browser_of(request)
                await consent.deny(request.db, request.clock, service, browser, told_state)
            return _told(request, viewer, NotConnected(ConnectRefusal.DENIED))
        case Consent():
            return await _consented(request, viewer, landed)


@post(f"{PATH}/offers/{{number:uuid}}", guards=[needs(Ability.CONNECT_ACCOUNT)])
async def confirm(request: PageRequest, number: FromPath[UUID]) -> Response[bytes]:
    """Take what was given inside amoCRM."""
    browser = browser_of(request)
    found = await consent.confirm(
        request.db, request.clock, request.service(AmocrmService), browser, number
    )
    return await outcome(request, found, Shown("oauth"))


@get(DISABLED_PATH)
async def disabled(request: PageRequest) -> Response[None]:
    """Hear that our integration was switched off in amoCRM; it says so once."""
    query = {name: request.query_params[name] for name in request.query_params}
    told = read_disabled(query)
    found = SwitchedOff.NOT_SIGNED
    if told is not None:
        found = await disconnect.switched_off(
            request.db, request.clock, request.service(AmocrmService), told
        )
    DISABLE_WEBHOOKS.labels(found.value).inc()
    return Response(None, status_code=FORBIDDEN if found is SwitchedOff.NOT_SIGNED else 200)


async def _consented(
    request: PageRequest, viewer: Viewer | None, landed: Consent
) -> Response[bytes]:
    service = request.service(AmocrmService)
    if not landed.state:
        kept = await consent.keep_unsolicited(request.db, request.clock, service, landed)
        return _told(request, viewer, kept)
    if viewer is None:
        return _told(request, viewer, NotConnected(ConnectRefusal.STALE_STATE))
    if not may(viewer, Ability.CONNECT_ACCOUNT):
        return _told(request, viewer, NotConnected(ConnectRefusal.NOT_ALLOWED))
    found = await consent.handle_callback(
        request.db, request.clock, service, browser_of(request), landed
    )
    return await outcome(request, found, Shown("oauth"))


def _told(
    request: PageRequest, viewer: Viewer | None, told: NotConnected | KeptUnsolicited
) -> Html:
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


async def _typed(request: PageRequest) -> tuple[Form, bool]:
    form = await request.form()
    values = {
        name: str(form.get(name, "")) for name in ("address", "client", "secret", "redirect_uri")
    }
    viewer, is_new = request.viewer, bool(form.get("new"))
    is_again = bool(form.get("again")) and viewer.account is not None and not is_new
    return Form(**values, is_again=is_again), is_new


def _shown(way: str, form: Form, *, is_new: bool) -> Shown:
    return Shown(
        way, is_new, address=form.address, client=form.client, redirect_uri=form.redirect_uri
    )


ROUTES = (begin, by_hand, land, confirm, disabled)
