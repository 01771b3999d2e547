"""HTTP entry points of the connection with amoCRM (CORE-1, CORE-2)."""

from litestar import Response, get, post

from smena.access.guard import needs
from smena.access.model import Ability
from smena.access.request import PageRequest
from smena.connectors.amocrm.connecting import connect as connecting_connect
from smena.connectors.amocrm.connecting import disconnect as connecting_disconnect
from smena.connectors.amocrm.connecting.connect import Request as Asked
from smena.connectors.amocrm.connecting.pages import consent
from smena.connectors.amocrm.connecting.pages.connection_page import (
    PATH,
    Shown,
    founder_of,
    outcome,
    show,
)
from smena.connectors.amocrm.service import AmocrmService
from smena.connectors.amocrm.webhooks import endpoint
from smena.kernel.i18n import gettext as _
from smena.web.page import Html, flash, redirect


@get(PATH, guards=[needs(Ability.CONNECT_ACCOUNT)])
async def connection(request: PageRequest) -> Html:
    asked = request.query_params
    return await show(request, Shown(asked.get("way", ""), is_new=asked.get("new") == "1"))


@post(PATH, guards=[needs(Ability.CONNECT_ACCOUNT)])
async def connect(request: PageRequest) -> Response[bytes]:
    """Connect the account that was typed; whoever connects it becomes its administrator."""
    form = await request.form()
    address, token = str(form.get("address", "")), str(form.get("token", ""))
    service = request.service(AmocrmService)
    found = await connecting_connect.connect_by_token(
        request.db, request.clock, service, Asked(address, token, founder=founder_of(request))
    )
    return await outcome(request, found, Shown("token", bool(form.get("new")), address=address))


@post(f"{PATH}/disconnect", guards=[needs(Ability.CONNECT_ACCOUNT)])
async def disconnect(request: PageRequest) -> Response[bytes]:
    """Forget the tokens after the reader has confirmed it; what was read stays."""
    form = await request.form()
    if not form.get("confirm"):
        flash(request, _("Отметьте, что понимаете, что произойдёт."), "error")
        return redirect(PATH)
    await connecting_disconnect.disconnect(
        request.db, request.clock, request.service(AmocrmService), request.account
    )
    flash(request, _("Аккаунт отключён. Прочитанные данные остались."))
    return redirect(PATH)


ROUTES = (connection, connect, disconnect, *consent.ROUTES, endpoint.receive)
