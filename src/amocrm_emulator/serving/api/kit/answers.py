"""Answers in the manner of API v4: HAL, problem+json, 204 for nothing."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response

from amocrm_emulator.serving.api.kit.query import Query
from amocrm_emulator.serving.api.kit.switches import switches

HAL = "application/hal+json"
PROBLEM = "application/problem+json"
TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    402: "Payment Required",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    422: "Unprocessable Entity",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}

Http = Request[Any, Any, Any]
Answer = Response[bytes]


class ApiRefusal(Exception):  # noqa: N818 -- an answer, not a defect
    """A request that ends with a problem document."""

    def __init__(
        self,
        status: int,
        detail: str,
        errors: Sequence[Any] | None = None,
        *,
        key: str = "validation-errors",
        by_card: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.key = key
        self.status = status
        self.detail = detail
        self.errors = errors
        self.by_card = by_card


def hal(content: object, status: int = 200) -> Answer:
    return Response(msgspec.json.encode(content), status_code=status, media_type=HAL)


def nothing() -> Answer:
    return Response(b"", status_code=204, media_type=HAL)


def absent(request: Http) -> Answer:
    """Answer that there is no such thing at this address."""
    return problem(ApiRefusal(404, "Not found")) if switches(request).has_absent_404 else nothing()


def problem(refusal: ApiRefusal) -> Answer:
    """Return the document of an error; validation errors are listed per item."""
    content: dict[str, Any] = {}
    if refusal.errors is not None:
        content[refusal.key] = list(refusal.errors)
    if refusal.by_card is not None:
        content["errors"] = refusal.by_card
    content |= {
        "title": TITLES.get(refusal.status, "Error"),
        "type": f"https://httpstatus.es/{refusal.status}",
        "status": refusal.status,
        "detail": refusal.detail,
    }
    body = msgspec.json.encode(content)
    return Response(body, status_code=refusal.status, media_type=PROBLEM)


def invalid(errors: Sequence[tuple[str, str, str, str]]) -> ApiRefusal:
    """Refuse a batch; each error is (request_id, code, path, detail)."""
    by_item: dict[str, list[dict[str, str]]] = {}
    for request_id, code, path, detail in errors:
        by_item.setdefault(request_id, []).append({"code": code, "path": path, "detail": detail})
    listed = [{"request_id": item, "errors": found} for item, found in by_item.items()]
    return ApiRefusal(400, "Request validation failed", listed)


def root(request: Http) -> str:
    """Return the address the client used: links lead back to it."""
    return f"{request.url.scheme}://{request.headers.get('host', 'localhost')}"


def link(request: Http, path: str) -> dict[str, str]:
    return {"href": f"{root(request)}/api/v4/{path}"}


def self_link(request: Http, path: str) -> dict[str, Any]:
    return {"self": link(request, path)}


def listing(
    request: Http,
    name: str,
    rows: Sequence[Any],
    query: Query,
    *,
    has_next: bool,
    totals: Mapping[str, int] | None = None,
    last: int | None = None,
) -> Answer:
    """Return a page of a list; 204 when it is empty, unless this account answers otherwise."""
    if not rows and not switches(request).has_empty_pages:
        return nothing()
    links = {"self": _page_link(request, query, query.page)}
    if has_next:
        links["next"] = _page_link(request, query, query.page + 1)
    if query.page > 1:
        links["first"] = _page_link(request, query, 1)
        links["prev"] = _page_link(request, query, query.page - 1)
    if last is not None:
        links["last"] = _page_link(request, query, last)
    content = dict(totals or {}) | {"_page": query.page, "_links": links}
    return hal(content | {"_embedded": {name: rows}})


def whole(request: Http, name: str, rows: Sequence[Any], path: str) -> Answer:
    """Return a list that has no pages, with its total."""
    return hal(
        {"_total_items": len(rows), "_links": self_link(request, path), "_embedded": {name: rows}}
    )


def written(
    request: Http,
    name: str,
    rows: Sequence[Any],
    path: str | None = None,
    *,
    total: int | None = None,
    refused: Sequence[Any] = (),
) -> Answer:
    """Return what a batch did."""
    totals: dict[str, Any] = {} if total is None else {"_total_items": total}
    if refused:
        totals["validation-errors"] = list(refused)
    links = self_link(request, path or name)
    return hal(totals | {"_links": links, "_embedded": {name: rows}})


def _page_link(request: Http, query: Query, page: int) -> dict[str, str]:
    pairs = [(name, value) for name, value in query.raw if name not in {"page", "limit"}]
    pairs += [("limit", str(query.limit)), ("page", str(page))]
    return {"href": f"{root(request)}{request.scope['path']}?{urlencode(pairs)}"}
