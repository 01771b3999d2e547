"""The settings of an account: its time zone, its language, its modules (CORE-6)."""

from zoneinfo import ZoneInfo

from litestar import Response, get, post

from smena.access import words
from smena.access.guard import needs
from smena.access.model import Ability
from smena.access.request import PageRequest
from smena.accounts import actions as accounts
from smena.accounts import queries as accounts_queries
from smena.accounts.model import Choices, Misfit
from smena.kernel import time_zones
from smena.kernel.i18n import LANGUAGES, language
from smena.kernel.i18n import gettext as _
from smena.settings import words as settings_words
from smena.web.page import Html, flash, page, redirect

ACCOUNT = "/settings/account"
_ADMINS = [needs(Ability.EDIT_ACCOUNT)]
_NOT_ACCEPTED = 422
_TEXT_MAX = 100


@get(ACCOUNT, guards=_ADMINS)
async def show(request: PageRequest) -> Html:
    return await _page(request)


@post(ACCOUNT, guards=_ADMINS, status_code=200)
async def save(request: PageRequest) -> Html | Response[bytes]:
    form = await request.form()
    zone, chosen = (str(form.get(name, ""))[:_TEXT_MAX] for name in ("time_zone", "language"))
    async with request.tenant() as tx:
        flaws = await accounts.choose(tx, zone, chosen)
    if flaws:
        return await _page(request, Choices(zone, chosen), flaws)
    flash(request, _("Настройки аккаунта сохранены."))
    return redirect(ACCOUNT)


async def _page(
    request: PageRequest, given: Choices | None = None, flaws: dict[str, Misfit] | None = None
) -> Html:
    now = request.now
    async with request.tenant() as tx:
        account = await accounts_queries.account(tx)
        given = given or await accounts_queries.choices(tx)
        switches = await accounts_queries.switches(tx)
    installed = settings_words.language_name(request.app.state.kit.language)
    return page(
        request,
        "settings/account.html",
        title=_("Настройки аккаунта"),
        status=_NOT_ACCEPTED if flaws else 200,
        account=account,
        given=given,
        errors={name: settings_words.misfit_text(flaw) for name, flaw in (flaws or {}).items()},
        zones=time_zones.places(language(), now),
        modules=[
            (module.value, words.module_name(module), settings_words.module_purpose(module), one)
            for module, one in switches.items()
        ],
        zone=ZoneInfo(account.time_zone),
        languages=[
            ("", _("как в установке ({language})").format(language=installed)),
            *((one, settings_words.language_name(one)) for one in LANGUAGES),
        ],
    )


ROUTES = (show, save)
