"""Read a body of nested pairs: `leads[add][0][id]=17` and the like, as PHP writes them.

Written by hand because the sender is not ours: a body is bounded in size, pairs and depth, bad
percent-encoding is kept as it stands, and one path may hold both a text and a branch. It knows
nothing of what the keys mean.
"""

from collections.abc import Iterator
from urllib.parse import quote_plus, unquote

SIZE_MAX_BYTES = 256 * 1024
PAIRS_MAX = 20_000
DEPTH_MAX = 12
OWN_TEXT = ""
"""Key of the text of a path that also has branches: `a=1&a[b]=2` is `{"a": {"": "1", "b": "2"}}`.

A form cannot name it: `a[]` takes the next free number.
"""

Tree = dict[str, "Tree | str"]


class BadForm(ValueError):  # noqa: N818 -- named after what was received
    """The body is not a form that we are willing to read; the message says why."""


def parse(body: bytes) -> Tree:
    """Return the tree of a form; every leaf is a text without NUL, which no table can hold.

    Raises BadForm when there are too many bytes, pairs or levels.
    """
    if len(body) > SIZE_MAX_BYTES:
        raise BadForm(f"{len(body)} bytes, at most {SIZE_MAX_BYTES}")
    pairs = [pair for pair in body.decode("utf-8", "replace").split("&") if pair]
    if len(pairs) > PAIRS_MAX:
        raise BadForm(f"{len(pairs)} pairs, at most {PAIRS_MAX}")
    tree: Tree = {}
    for pair in pairs:
        key, _, value = pair.partition("=")
        _put(tree, _steps(_plain(key)), _plain(value))
    return tree


def encode(tree: Tree) -> bytes:
    """Write a tree as amoCRM does: brackets percent-encoded, spaces as pluses."""
    return "&".join(
        f"{quote_plus(key)}={quote_plus(value)}" for key, value in _pairs(tree, "")
    ).encode()


def branch(tree: Tree, key: str) -> Tree:
    """Return the branch under a key, an empty one when there is a text or nothing."""
    found = tree.get(key)
    return found if isinstance(found, dict) else {}


def branches(tree: Tree) -> list[Tree]:
    """Return the branches of a list-like tree in the order they were sent."""
    return [value for value in tree.values() if isinstance(value, dict)]


def leaf(tree: Tree, key: str) -> str:
    """Return the text under a key, an empty one when there is none."""
    found = tree.get(key, "")
    own = found.get(OWN_TEXT, "") if isinstance(found, dict) else found
    return own if isinstance(own, str) else ""


def _plain(text: str) -> str:
    return unquote(text.replace("+", " "), errors="replace").replace("\0", "")


def _steps(key: str) -> list[str]:
    """Cut `a[b][]` into `a`, `b` and an empty step; a bracket left open belongs to the name."""
    root, bracket, rest = key.partition("[")
    if not bracket or not root or not rest.endswith("]"):
        return [key or "0"]
    steps = [root, *rest[:-1].split("][")]
    if len(steps) > DEPTH_MAX:
        raise BadForm(f"{len(steps)} levels, at most {DEPTH_MAX}")
    return steps


def _put(tree: Tree, steps: list[str], value: str) -> None:
    for step in steps[:-1]:
        inner = tree.setdefault(step or _next_number(tree), {})
        if isinstance(inner, str):
            inner = {OWN_TEXT: inner}
            tree[step] = inner
        tree = inner
    last = steps[-1] or _next_number(tree)
    there = tree.get(last)
    if isinstance(there, dict):
        there[OWN_TEXT] = value
    else:
        tree[last] = value


def _next_number(tree: Tree) -> str:
    """Return the index of an element without one; a search for a free one could be made slow."""
    number = str(len(tree))
    return str(len(tree) + PAIRS_MAX) if number in tree else number


def _pairs(tree: Tree, prefix: str) -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        path = f"{prefix}[{key}]" if prefix else key
        if key == OWN_TEXT:
            path = prefix
        if isinstance(value, dict):
            yield from _pairs(value, path)
        else:
            yield path, value
