"""HTTP entry point of the health page: how the connection lives, and what to do about it."""

from typing import Any
from zoneinfo import ZoneInfo

from litestar import Request, get

from smena.access import queries as access
from smena.access.guard import needs
from smena.access.model import Ability
from smena.accounts import queries as accounts
from smena.connectors.amocrm.health import gather
from smena.connectors.amocrm.health.view import HealthView, health_view
from smena.connectors.amocrm.service import AmocrmService
from smena.kernel.i18n import gettext as _
from smena.kernel.ids import AccountId
from smena.web.page import Html, page

Http = Request[Any, Any, Any]
PATH = "/settings/health"
TEMPLATE = "amocrm/health.html"


@get(PATH, guards=[needs(Ability.SEE_HEALTH)])
async def health(request: Http) -> Html:
    """Show how the reader's account is connected and what is wrong; it refreshes itself."""
    account = access.viewer(request).account
    shown = None if account is None else await _shown(request, account)
    return page(request, TEMPLATE, title=_("Состояние связи"), shown=shown)


async def _shown(request: Http, account: AccountId) -> HealthView | None:
    state = request.app.state
    service: AmocrmService = state.services["amocrm"]
    now = state.clock.now()
    health = await gather.of_account(state.db, account, service.options.poll_period, now)
    if health is None:
        return None
    async with state.db.tenant(account) as tx:
        known = await accounts.account(tx)
    return health_view(health, ZoneInfo(known.time_zone), now, state.services["labels"])


ROUTES = (health,)
