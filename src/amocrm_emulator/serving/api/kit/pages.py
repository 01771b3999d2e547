"""Pages of lists that are short enough to be cut in memory."""

from collections.abc import Mapping, Sequence
from typing import Any

from amocrm_emulator.serving.api.kit.answers import Answer, Http, listing
from amocrm_emulator.serving.api.kit.query import Query


def cut(rows: Sequence[Any], query: Query) -> tuple[list[Any], bool]:
    """Return a page of rows, and whether more follow."""
    start = (query.page - 1) * query.limit
    return list(rows[start : start + query.limit]), len(rows) > start + query.limit


def counted(
    request: Http, name: str, rows: Sequence[Any], query: Query, *, has_last: bool = False
) -> Answer:
    """Return a page with the totals that some lists tell; `last` is told by custom fields."""
    page, has_next = cut(rows, query)
    pages = -(-len(rows) // query.limit)
    totals: Mapping[str, int] = {"_total_items": len(rows), "_page_count": pages}
    return listing(
        request,
        name,
        page,
        query,
        has_next=has_next,
        totals=totals,
        last=pages if has_last else None,
    )
