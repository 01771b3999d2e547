"""Every address of the page, written out, behind its guards."""

from litestar import Response, Router
from litestar.exceptions import HTTPException

from amocrm_emulator.api.answers import Http, Refusal
from amocrm_emulator.page import acts, assets, cards, levers, sections, workshop
from amocrm_emulator.page.render import Html, page
from amocrm_emulator.page.visitor import only_here, same_site
from amocrm_emulator.page.words import _

FORBIDDEN = 403


def _refused(request: Http, refusal: Refusal) -> Html:
    """Show what is wrong; to those who may not look, not even the page around it."""
    if refusal.status == FORBIDDEN:
        return Response(refusal.detail, status_code=FORBIDDEN, media_type="text/plain")
    return page(request, "refused.html", status=refusal.status, detail=refusal.detail)


def _http_error(request: Http, error: HTTPException) -> Html:
    detail = _("Запрос не понят.")
    return page(request, "refused.html", status=error.status_code, detail=detail)


PAGE = Router(
    path="/",
    guards=[only_here, same_site],
    exception_handlers={Refusal: _refused, HTTPException: _http_error},
    route_handlers=[
        sections.leads,
        sections.people,
        sections.tasks,
        sections.events,
        workshop.webhooks,
        workshop.requests,
        workshop.integrations,
        cards.card,
        acts.add_lead,
        acts.act_on_card,
        acts.set_visitor,
        levers.act_on_hook,
        levers.send_now,
        levers.add_integration,
        levers.make_token,
        levers.disable,
        levers.set_faults,
        levers.set_limits,
        levers.move_clock,
        assets.asset,
    ],
)
