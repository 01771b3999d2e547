"""The page of the connection: one account and its access, and the three ways to connect."""

from dataclasses import dataclass

from litestar import Response

from smena.access.middleware import token_of
from smena.access.pages import with_session
from smena.access.request import PageRequest
from smena.access.words import refusal_text as access_text
from smena.connectors.amocrm.connecting import access_view, consent, words
from smena.connectors.amocrm.connecting import overview as views
from smena.connectors.amocrm.connecting.consent import Browser
from smena.connectors.amocrm.model import Connected, NotConnected
from smena.connectors.amocrm.service import AmocrmService
from smena.connectors.amocrm.tokens import queries as tokens_queries
from smena.connectors.kit.model import SignedInFounder
from smena.kernel.i18n import gettext as _
from smena.web.page import Html, flash, page, redirect

PATH = "/settings/connection"
TEMPLATE = "amocrm/connection.html"
WAYS = ("token", "oauth", "code")


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page is shown for: a way that was chosen, what was typed, why it did not work."""

    way: str = ""
    is_new: bool = False
    error: str = ""
    address: str = ""
    client: str = ""
    redirect_uri: str = ""
    status: int = 200


def founder_of(request: PageRequest) -> SignedInFounder:
    """Return who connects: they become the administrator of what they connect."""
    return SignedInFounder(request.viewer, token_of(request) or "")


def browser_of(request: PageRequest) -> Browser:
    founder = founder_of(request)
    return Browser(founder.viewer.session_id, founder.viewer.account, founder)


async def show(request: PageRequest, shown: Shown) -> Html:
    """Render the page with everything that is known and typed."""
    viewer = request.viewer
    service = request.service(AmocrmService)
    now, overview, facts, known = request.now, None, None, None
    if viewer.account is not None:
        async with request.db.tenant(viewer.account) as tx:
            overview = await views.overview(tx, now)
            facts = await access_view.facts(tx, now)
            known = await tokens_queries.integration_of(tx, service.vault)
    browser = browser_of(request)
    asked = await consent.open_consent(request.db, service, browser, now)
    offers = await consent.unsolicited_codes(request.db, service, browser, now)
    begun = asked.integration if asked else known
    usual = "oauth" if known else WAYS[0]
    return page(
        request,
        TEMPLATE,
        title=_("Подключение"),
        status=shown.status,
        shown=overview,
        facts=facts,
        ways=access_view.ways(),
        way=_way(
            shown,
            is_connected=overview is not None and overview.is_connected,
            usual=usual,
        ),
        usual=usual,
        is_new=shown.is_new,
        error=shown.error,
        address=shown.address or (asked.base_url if asked else "") or _address(overview, shown),
        client=shown.client or (begun.client if begun else ""),
        has_secret=begun is not None,
        redirect_uri=shown.redirect_uri or (begun.redirect_uri if begun else "") or own(service),
        own_redirect_uri=service.redirect_uri(),
        own_disable_uri=service.disable_uri(),
        consent_url=consent.consent_url(service.vault, asked) if asked and not shown.error else "",
        offers=[access_view.unsolicited_line(offer) for offer in offers],
        text="",
    )


async def outcome(
    request: PageRequest, found: Connected | NotConnected, shown: Shown
) -> Response[bytes]:
    """Show the account that was connected, or the form again with the reason."""
    if isinstance(found, NotConnected):
        error = words.refusal_text(found)
        return await show(
            request,
            Shown(
                shown.way, shown.is_new, error, shown.address, shown.client, shown.redirect_uri, 422
            ),
        )
    flash(request, _("Аккаунт «{name}» подключён.").format(name=found.name))
    refusal, session = found.onboarded.refusal, found.onboarded.session
    if refusal is not None:
        flash(request, access_text(refusal), "notice")
    return redirect(PATH) if session is None else with_session(request, session, PATH)


def own(service: AmocrmService) -> str:
    return service.redirect_uri() or ""


def _way(shown: Shown, *, is_connected: bool, usual: str) -> str:
    """Return which form to open; none for an account that is well, unless it was asked for."""
    if shown.way in WAYS:
        return shown.way
    return "" if is_connected else usual


def _address(overview: views.ConnectionView | None, shown: Shown) -> str:
    return overview.address if overview is not None and not shown.is_new else ""
