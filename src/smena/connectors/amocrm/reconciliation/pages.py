"""HTTP entry points of the reconciliation page: what is here, what is missing, compare it now."""

from litestar import Response, get, post

from smena.access.guard import needs
from smena.access.model import Ability
from smena.access.request import PageRequest
from smena.connectors.amocrm.reconciliation import run
from smena.connectors.amocrm.reconciliation.model import AskedBy
from smena.connectors.amocrm.reconciliation.view import reconciliation_view
from smena.kernel.i18n import gettext as _
from smena.web.page import Html, flash, page, redirect

PATH = "/settings/reconciliation"
OLD_PATH = "/settings/completeness"
"""Kept for bookmarks."""
TEMPLATE = "amocrm/reconciliation.html"


@get(PATH, guards=[needs(Ability.SEE_HEALTH)])
async def show(request: PageRequest) -> Html:
    """Show how complete the mirror is; while a check runs the page refreshes itself."""
    account, shown = request.viewer.account, None
    if account is not None:
        async with request.db.tenant(account) as tx:
            shown = await reconciliation_view(tx, request.now)
    return page(request, TEMPLATE, title=_("Полнота данных"), shown=shown)


@get(OLD_PATH, sync_to_thread=False)
def moved() -> Response[bytes]:
    return redirect(PATH)


@post(f"{PATH}/start", guards=[needs(Ability.CONNECT_ACCOUNT)])
async def start(request: PageRequest) -> Response[bytes]:
    """Begin a check; one that runs already goes on."""
    account = request.account
    async with request.db.tenant(account) as tx:
        is_begun = await run.begin(tx, AskedBy.PERSON, request.now)
    if is_begun:
        flash(request, _("Проверка началась. Страницу можно закрыть."))
    else:
        flash(request, _("Проверка уже идёт, или аккаунт ещё не загружен."), "error")
    return redirect(PATH)


ROUTES = (show, moved, start)
