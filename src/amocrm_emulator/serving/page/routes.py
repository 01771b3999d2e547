"""Every address of the page, written out, behind its guards."""

from litestar import Response, Router
from litestar.exceptions import HTTPException

from amocrm_emulator.serving.api.kit.answers import ApiRefusal, Http
from amocrm_emulator.serving.page import assets
from amocrm_emulator.serving.page.forms import card_forms, controls
from amocrm_emulator.serving.page.render import Html, page
from amocrm_emulator.serving.page.sections import cards, machines, work
from amocrm_emulator.serving.page.visitor import only_here, same_site
from amocrm_emulator.serving.page.words import _

FORBIDDEN = 403


def _refused(request: Http, refusal: ApiRefusal) -> Html:
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
    exception_handlers={ApiRefusal: _refused, HTTPException: _http_error},
    route_handlers=[
        work.leads,
        work.people,
        work.tasks,
        work.events,
        machines.webhooks,
        machines.requests,
        machines.integrations,
        cards.card,
        card_forms.add_lead,
        card_forms.act_on_card,
        card_forms.set_visitor,
        controls.act_on_hook,
        controls.send_now,
        controls.add_integration,
        controls.make_token,
        controls.disable,
        controls.set_faults,
        controls.set_limits,
        controls.move_clock,
        assets.asset,
    ],
)
