"""Answers of a handler: a page, a named part of a page, a redirect, a message on the next page.

A fragment is a block of the page's own template, so the page and its parts cannot drift apart.
"""

import gzip
from typing import Any

from jinja2 import Template
from litestar import Request, Response
from litestar.datastructures import Cookie
from litestar.template.base import csrf_token

from smena.kernel.i18n import language
from smena.web import flashes, notices
from smena.web.nav import links
from smena.web.templates import environment

HTML = "text/html"
_WORTH_PACKING = 1000


Html = Response[bytes]


def page(
    request: Request[Any, Any, Any],
    template: str | Template,
    *,
    title: str,
    status: int = 200,
    cookies: tuple[Cookie, ...] = (),
    **context: object,
) -> Html:
    """Render a full page, or only the block that an htmx request will swap.

    The block is the one named like the id of the target: a request into `<div id="results">` gets
    the block `results`, when the template has one.
    """
    found, wanted = environment().get_template(template), _target(request)
    if wanted and wanted in found.blocks:
        return fragment(request, found, wanted, status=status, title=title, **context)
    text = found.render(_layout(request) | {"title": title} | context)
    return _html(request, text, status, cookies)


def fragment(
    request: Request[Any, Any, Any],
    template: str | Template,
    block: str,
    *,
    status: int = 200,
    **context: object,
) -> Html:
    """Render one block of a template."""
    return _html(request, render_block(template, block, request=request, **context), status, ())


def render_block(
    template: str | Template,
    block: str,
    *,
    request: Request[Any, Any, Any] | None = None,
    **context: object,
) -> str:
    """Return one block as text: for live streams, which have no response of their own."""
    found = environment().get_template(template)
    values = ({} if request is None else _common(request)) | context
    return "".join(found.blocks[block](found.new_context(values)))


def redirect(to: str, *, cookies: tuple[Cookie, ...] = ()) -> Response[bytes]:
    """Send the browser on with GET after a form was taken (303)."""
    return Response(b"", status_code=303, headers={"Location": to}, cookies=list(cookies))


def flash(request: Request[Any, Any, Any], text: str, kind: str = "done") -> None:
    """Show a message once, on the next page; `kind` is done, notice or error."""
    flashes.add(request, text, kind)


def is_htmx(request: Request[Any, Any, Any]) -> bool:
    return request.headers.get("hx-request") == "true"


def _target(request: Request[Any, Any, Any]) -> str | None:
    """Return the id of the element that waits for the answer (htmx sends `tag#id`)."""
    if not is_htmx(request) or request.headers.get("hx-request-type") == "full":
        return None
    return request.headers.get("hx-target", "").partition("#")[2] or None


def _common(request: Request[Any, Any, Any]) -> dict[str, object]:
    return {
        "request": request,
        "viewer": request.scope.get("state", {}).get("viewer"),
        "csrf": csrf_token({"request": request}),
        "lang": language(),
    }


def _layout(request: Request[Any, Any, Any]) -> dict[str, object]:
    kit, common = request.app.state.kit, _common(request)
    return common | {
        "nav": links(kit.nav, request) if common["viewer"] else [],
        "menu_template": kit.menu,
        "theme": _preference(request, "theme", ("auto", "light", "dark")),
        "rail": _preference(request, "rail", ("wide", "narrow")),
        "flashes": flashes.take(request),
        "notices": notices.of(request.scope),
        "account_name": notices.account_of(request.scope),
        "path": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
    }


def _preference(request: Request[Any, Any, Any], name: str, allowed: tuple[str, ...]) -> str:
    """Return what this browser chose, else the first of what is allowed."""
    chosen = request.cookies.get(name)
    return chosen if chosen in allowed else allowed[0]


def _html(
    request: Request[Any, Any, Any], text: str, status: int, cookies: tuple[Cookie, ...]
) -> Html:
    body = text.encode()
    headers = {"Cache-Control": "no-store", "Vary": "Accept-Encoding, HX-Request"}
    if len(body) >= _WORTH_PACKING and "gzip" in request.headers.get("accept-encoding", ""):
        body = gzip.compress(body, 5, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return Response(
        body, status_code=status, media_type=HTML, headers=headers, cookies=list(cookies)
    )
