"""The sections about machines: webhooks, requests, integrations."""

from collections import Counter

from litestar import get

from amocrm_emulator.account.crm import Crm
from amocrm_emulator.account.oauth.core.model import OAuthIntegration
from amocrm_emulator.serving.api.kit.answers import Http
from amocrm_emulator.serving.api.kit.limiter import ACCOUNT_PER_SECOND, RequestLimiter
from amocrm_emulator.serving.hooks.outcomes import DROPPED, NO_ANSWER
from amocrm_emulator.serving.hooks.sender import Sender
from amocrm_emulator.serving.page.journal import Journal
from amocrm_emulator.serving.page.render import FormFailure, Html, page
from amocrm_emulator.serving.page.sections import integration_list, webhook_list
from amocrm_emulator.serving.page.sections.work import people_of

LINES, MINUTES = 100, 30


@get("/webhooks")
async def webhooks(request: Http) -> Html:
    crm: Crm = request.app.state.crm
    sender: Sender = request.app.state.sender
    return page(
        request,
        "webhooks.html",
        hooks=webhook_list.hooks(crm, sender.outcomes),
        latest=[webhook_list.shown(one) for one in reversed(sender.outcomes.latest)],
        sent=sender.sent,
        DROPPED=DROPPED,
        NO_ANSWER=NO_ANSWER,
    )


@get("/requests")
async def requests(request: Http) -> Html:
    crm: Crm = request.app.state.crm
    limiter: RequestLimiter = request.app.state.limiter
    journal: Journal = request.app.state.journal
    names = integration_list.names(crm)
    now = crm.clock.now() // 60
    clients: list[tuple[str, int, int, int, Counter[str]]] = [
        (
            names.get(client, client),
            count,
            journal.per_minute(client),
            journal.refused[client],
            limiter.kinds.get(client, Counter()),
        )
        for client, count in limiter.clients.most_common()
    ]
    minutes = [
        (minute, sum(journal.minutes.get(minute, {}).values()))
        for minute in range(now - MINUTES + 1, now + 1)
    ]
    return page(
        request,
        "requests.html",
        clients=clients,
        kinds=limiter.requests.most_common(),
        refused=limiter.refused,
        minutes=minutes,
        busiest=max(1, *(count for _minute, count in minutes)),
        lines=list(reversed(journal.lines))[:LINES],
        names=names,
        account_limit=ACCOUNT_PER_SECOND,
    )


@get("/integrations")
async def integrations(request: Http) -> Html:
    return integrations_page(request)


def integrations_page(
    request: Http,
    *,
    failure: FormFailure | None = None,
    fresh: tuple[OAuthIntegration, str] | None = None,
) -> Html:
    """Show integrations; a token that was just made is shown this once."""
    crm: Crm = request.app.state.crm
    return page(
        request,
        "integrations.html",
        failure=failure,
        integrations=integration_list.integrations(crm),
        plain=integration_list.plain_tokens(crm),
        people=people_of(crm),
        host=request.headers.get("host", ""),
        fresh=fresh,
    )
