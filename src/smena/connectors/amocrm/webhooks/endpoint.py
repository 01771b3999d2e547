"""Where amoCRM tells us of changes: keep the raw body, answer, stop.

amoCRM waits two seconds and does not sign, so the address holds a secret and nothing is read here.
"""

from typing import Any

from litestar import Request, Response, post
from litestar.exceptions import NotFoundException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.params import FromPath

from smena.connectors.amocrm import queries
from smena.connectors.amocrm.api.core.form import SIZE_MAX_BYTES
from smena.connectors.amocrm.reading.store import schedule
from smena.connectors.amocrm.service import AmocrmService
from smena.connectors.amocrm.webhooks.consumer import SOURCE
from smena.kernel.ids import AccountId
from smena.kernel.inbox import Inbox, Overloaded
from smena.kernel.metrics import WEBHOOKS

OVERLOADED = 503


@post(
    "/hooks/amocrm/{account_id:int}/{key:str}",
    status_code=200,
    request_max_body_size=SIZE_MAX_BYTES,
)
async def receive(
    request: Request[Any, Any, Any], account_id: FromPath[int], key: FromPath[str]
) -> Response[None]:
    """Answer 200 when the body is safe on disk; amoCRM tries again after any other answer.

    Raises NotFoundException for another account's key or an account that is not connected.
    """
    state, account = request.app.state, AccountId(account_id)
    service: AmocrmService = state.services["amocrm"]
    if not service.is_webhook_key(account, key) or not await _is_ours(request, service, account):
        raise NotFoundException
    inbox: Inbox = state.services["inbox"]
    try:
        body = await request.body()
    except RequestEntityTooLarge:
        await _too_large(request, account)
        raise
    try:
        await inbox.keep(account, SOURCE, body, state.clock.now())
    except Overloaded:
        WEBHOOKS.labels("overloaded").inc()
        return Response(None, status_code=OVERLOADED)
    WEBHOOKS.labels("kept").inc()
    return Response(None, status_code=200)


async def _too_large(request: Request[Any, Any, Any], account: AccountId) -> None:
    """Have amoCRM asked at once: what a body was too large to tell is in its lists."""
    WEBHOOKS.labels("too_large").inc()
    async with request.app.state.db.tenant(account) as tx:
        await schedule.hint(tx, request.app.state.clock.now())


async def _is_ours(
    request: Request[Any, Any, Any], service: AmocrmService, account: AccountId
) -> bool:
    """Ask the database once in a while; a burst of bodies must not wait for it."""
    now = request.app.state.clock.now()
    known = service.known.get(account)
    if known is None or now >= known.until:
        async with request.app.state.db.tenant(account) as tx:
            known = service.know(account, await queries.is_connected(tx), now)
    return known.is_connected
