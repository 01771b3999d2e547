"""Query strings as PHP writes them: `filter[id][]=1`, `filter[id][0]=1`, `filter[a][from]=2`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from litestar import Request

from amocrm_emulator.serving.api.kit.switches import switches

LIMIT_DEFAULT = 50
LIMIT_MAX = 250
_PART = re.compile(r"\[([^\[\]]*)\]")


@dataclass(frozen=True, slots=True)
class Query:
    """A list request, read without trust; `raw` keeps the pairs for the links."""

    page: int
    limit: int
    embed: frozenset[str]
    filter: Mapping[str, Any] = field(default_factory=dict)
    order: tuple[str, str] | None = None
    search: str = ""
    raw: tuple[tuple[str, str], ...] = ()


def of(request: Request[Any, Any, Any], *, limit_max: int = LIMIT_MAX) -> Query:
    limit_over = limit_max if switches(request).clamps_limits else LIMIT_DEFAULT
    text = request.scope["query_string"].decode("latin-1")
    return read(text, limit_max=limit_max, limit_over=limit_over)


def read(
    query_string: str,
    *,
    limit_max: int = LIMIT_MAX,
    limit_default: int = LIMIT_DEFAULT,
    limit_over: int = LIMIT_DEFAULT,
) -> Query:
    """Read a query; a limit above the maximum silently becomes `limit_over`."""
    pairs = parse_qsl(query_string, keep_blank_values=True)
    tree = nest(pairs)
    limit = _number(tree.get("limit"), limit_default)
    order = tree.get("order")
    return Query(
        page=max(1, _number(tree.get("page"), 1)),
        limit=limit_over if limit > limit_max else limit or limit_default,
        embed=frozenset(filter(None, str(tree.get("with", "")).split(","))),
        filter=tree["filter"] if isinstance(tree.get("filter"), dict) else {},
        order=next(iter(order.items()), None) if isinstance(order, dict) else None,
        search=str(tree.get("query", "")),
        raw=tuple(pairs),
    )


def nest(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """Turn bracketed names into nested dictionaries; `[]` counts up."""
    tree: dict[str, Any] = {}
    for name, value in pairs:
        root, bracket, rest = name.partition("[")
        keys = _PART.findall(bracket + rest)
        place = tree
        for key, following in zip([root, *keys], [*keys, None], strict=False):
            actual = key or str(len(place))
            if following is None:
                place[actual] = value
            else:
                inner = place.get(actual)
                place[actual] = place = inner if isinstance(inner, dict) else {}
    return tree


def values(given: Any) -> list[str]:
    """Return a filter's values: a list in either array syntax, or one value, or a comma list."""
    if isinstance(given, dict):
        return [str(value) for value in given.values() if not isinstance(value, dict)]
    return [part for part in str(given).split(",") if part]


def numbers(given: Any) -> list[int]:
    return [int(text) for text in values(given) if re.fullmatch(r"-?\d{1,18}", text)]


def span(given: Any) -> tuple[int | None, int | None]:
    """Return the ends of a range; a bare moment means "from"."""
    if isinstance(given, dict):
        ends = [numbers(given[end])[:1] if end in given else [] for end in ("from", "to")]
        return (ends[0][0] if ends[0] else None, ends[1][0] if ends[1] else None)
    found = numbers(given)
    return (found[0] if found else None, found[1] if len(found) > 1 else None)


def _number(given: Any, otherwise: int) -> int:
    text = str(given)
    return int(text) if re.fullmatch(r"\d{1,9}", text) else otherwise
