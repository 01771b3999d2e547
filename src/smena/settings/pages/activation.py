"""The form of the first entry: a consent to process personal data, and a contact (CORE-1)."""

from zoneinfo import ZoneInfo

from litestar import Response, get, post

from smena.access.account_gate import ACTIVATION
from smena.access.guard import needs
from smena.access.model import Ability
from smena.access.request import PageRequest
from smena.accounts import actions as accounts
from smena.accounts import queries as accounts_queries
from smena.accounts.model import CONSENT_VERSION, Activation, Flaw, FormInput, Giver
from smena.kernel.i18n import clock, day
from smena.kernel.i18n import gettext as _
from smena.settings import words as settings_words
from smena.web.page import Html, flash, page, redirect

_NOT_ACCEPTED = 422


@get(ACTIVATION, guards=[needs(Ability.ACTIVATE_ACCOUNT)])
async def activation(request: PageRequest) -> Html:
    return await _page(request)


@post(ACTIVATION, guards=[needs(Ability.ACTIVATE_ACCOUNT)], status_code=200)
async def activate(request: PageRequest) -> Html | Response[bytes]:
    """Record who agreed to which text, when, and whom to call."""
    form = await request.form()
    viewer = request.viewer
    given = FormInput(
        name=str(form.get("name", "")),
        phone=str(form.get("phone", "")),
        role=str(form.get("role", "")),
        agrees=bool(form.get("agrees")),
        version=str(form.get("version", "")),
    )
    giver = Giver(viewer.person_id, viewer.email)
    async with request.tenant() as tx:
        flaws = await accounts.activate(tx, given, giver, request.now)
    if flaws:
        return await _page(request, given, flaws)
    flash(request, _("Аккаунт активирован."))
    return redirect("/")


async def _page(
    request: PageRequest, given: FormInput | None = None, flaws: dict[str, Flaw] | None = None
) -> Html:
    viewer = request.viewer
    async with request.tenant() as tx:
        account = await accounts_queries.account(tx)
        latest = await accounts_queries.activation(tx)
    return page(
        request,
        "settings/activation.html",
        title=_("Активация аккаунта"),
        status=_NOT_ACCEPTED if flaws else 200,
        account=account.name,
        version=CONSENT_VERSION,
        is_current=latest is not None and latest.version >= CONSENT_VERSION,
        record=_record(latest, ZoneInfo(account.time_zone)),
        given=given or _known(latest, viewer.name),
        errors={name: settings_words.flaw_text(flaw) for name, flaw in (flaws or {}).items()},
    )


def _known(latest: Activation | None, name: str) -> FormInput:
    """Fill in what is known, never the consent itself."""
    if latest is None:
        return FormInput(name, "", "", agrees=False, version="")
    contact = latest.contact
    return FormInput(contact.name, contact.phone, contact.role, agrees=False, version="")


def _record(latest: Activation | None, zone: ZoneInfo) -> str:
    if latest is None:
        return ""
    local = latest.given_at.astimezone(zone)
    return _("Согласие дано {day} {year} в {time}, {email}, версия текста {version}.").format(
        day=day(local.date()),
        year=local.year,
        time=clock(latest.given_at, zone),
        email=latest.giver.email,
        version=latest.version,
    )


ROUTES = (activation, activate)
