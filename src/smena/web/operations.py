"""What the operator's tools ask: is it well, and how much of everything."""

import hmac
import ipaddress
from typing import Any

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException

from smena.kernel import health, metrics

_UNWELL = 503


@get("/healthz", opt={"open": True})
async def healthz(request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
    """Answer 200 when every check passes, else 503; the body names the checks."""
    found = await health.examine(request.app.state.checks)
    body = {"is_well": found.is_well, "parts": dict(found.parts)}
    return Response(body, status_code=200 if found.is_well else _UNWELL)


@get("/metrics", opt={"open": True})
async def prometheus(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Send the figures to this machine, and to others with the token of the settings."""
    if not (_is_this_machine(request) or _has_token(request)):
        raise NotFoundException
    for refresh in request.app.state.gauges:
        await health.in_time(refresh)
    return Response(metrics.text(), media_type="text/plain; version=0.0.4")


def _has_token(request: Request[Any, Any, Any]) -> bool:
    token = request.app.state.settings.metrics_token
    given = request.headers.get("authorization", "")
    return token is not None and hmac.compare_digest(
        f"Bearer {token.get_secret_value()}".encode(), given.encode()
    )


def _is_this_machine(request: Request[Any, Any, Any]) -> bool:
    if request.client is None:
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
