"""Statements with named parameters, as stores write them, in the numbered form of the server.

`:name` becomes `$1`, `$2` and so on; a name that stands twice is one parameter. A cast (`::`), an
assignment (`:=`), a slice (`a[1:n]`), a quoted text or identifier and a comment stay as they are.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

KNOWN_MAX = 2_000
"""Statements are constants; the bound is for those that are put together of pieces."""

_PIECE = re.compile(
    r"""
    (?<!\w)[eE]'(?:[^'\\]|\\.|'')*'              # a text with escapes
    | '(?:[^']|'')*'                             # a text
    | "(?:[^"]|"")*"                             # an identifier
    | (?<![\w$])\$(?P<tag>(?:[^\W\d]\w*)?)\$ .*? \$(?P=tag)\$
    | --[^\n]*
    | (?P<comment>/\*)
    | ::
    | (?P<number>(?<![\w$])\$\d+)
    | (?<![\w:]):(?P<name>[^\W\d]\w*)
    """,
    re.VERBOSE | re.DOTALL,
)
_COMMENT_EDGE = re.compile(r"/\*|\*/")


class Numbered(NamedTuple):
    """A statement in the server's form, and whose values it takes in which order."""

    text: str
    names: tuple[str, ...]


def bound(sql: str, params: Mapping[str, object]) -> tuple[str, list[object]]:
    """Return the numbered statement and its values; raise TypeError when the names differ."""
    text, names = numbered(sql)
    if len(names) == len(params):
        try:
            return text, [params[name] for name in names]
        except KeyError:
            pass
    raise TypeError(_difference(sql, set(names), set(params)))


def bound_many(sql: str, params: Sequence[Mapping[str, object]]) -> tuple[str, list[list[object]]]:
    """Return the numbered statement and the values of each of its runs; raise TypeError alike."""
    return numbered(sql).text, [bound(sql, one)[1] for one in params]


@lru_cache(maxsize=KNOWN_MAX)
def numbered(sql: str) -> Numbered:
    """Translate a statement; raise ValueError when it has names and numbers both."""
    order: dict[str, int] = {}
    pieces: list[str] = []
    copied, has_numbers = 0, False
    for found in _pieces(sql):
        name = found["name"]
        has_numbers |= found["number"] is not None
        if name is not None:
            number = order.setdefault(name, len(order) + 1)
            pieces += (sql[copied : found.start()], f"${number}")
            copied = found.end()
    if order and has_numbers:
        raise ValueError(f"parameters by name and by number in one statement: {sql.strip()[:200]}")
    return Numbered("".join([*pieces, sql[copied:]]), tuple(order))


def _pieces(sql: str) -> Iterator[re.Match[str]]:
    at = 0
    while (found := _PIECE.search(sql, at)) is not None:
        at = found.end() if found["comment"] is None else _end_of_comment(sql, found.end())
        yield found


def _end_of_comment(sql: str, at: int) -> int:
    """Return where a comment ends that may hold others."""
    depth = 1
    while depth:
        edge = _COMMENT_EDGE.search(sql, at)
        if edge is None:
            return len(sql)
        depth += 1 if edge[0] == "/*" else -1
        at = edge.end()
    return at


def _difference(sql: str, wanted: set[str], given: set[str]) -> str:
    said = [
        f"{what}: {', '.join(sorted(names))}"
        for what, names in (
            ("no value for", wanted - given),
            ("not in the statement", given - wanted),
        )
        if names
    ]
    return f"{'; '.join(said)} -- {' '.join(sql.split())[:200]}"
