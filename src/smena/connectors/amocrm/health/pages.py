"""HTTP entry point of the health page: how the connection lives, and what to do about it."""

from zoneinfo import ZoneInfo

from litestar import get

from smena.access.guard import needs
from smena.access.model import Ability
from smena.access.request import PageRequest
from smena.accounts import queries as accounts
from smena.connectors.amocrm.health import gather
from smena.connectors.amocrm.health.view import HealthView, health_view
from smena.connectors.amocrm.service import AmocrmService
from smena.kernel.i18n import gettext as _
from smena.kernel.ids import AccountId
from smena.kernel.labels import Labels
from smena.web.page import Html, page

PATH = "/settings/health"
TEMPLATE = "amocrm/health.html"


@get(PATH, guards=[needs(Ability.SEE_HEALTH)])
async def health(request: PageRequest) -> Html:
    """Show how the reader's account is connected and what is wrong; it refreshes itself."""
    account = request.viewer.account
    shown = None if account is None else await _shown(request, account)
    return page(request, TEMPLATE, title=_("Состояние связи"), shown=shown)


async def _shown(request: PageRequest, account: AccountId) -> HealthView | None:
    service = request.service(AmocrmService)
    now = request.now
    health = await gather.of_account(request.db, account, service.options.poll_period, now)
    if health is None:
        return None
    async with request.db.tenant(account) as tx:
        known = await accounts.account(tx)
    return health_view(health, ZoneInfo(known.time_zone), now, request.service(Labels))


ROUTES = (health,)
