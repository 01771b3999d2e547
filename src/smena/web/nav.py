"""Entries of the rail: only pages that exist are in it, and only for those who may open them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from litestar import Request

AnyRequest = Request[Any, Any, Any]
Label = Callable[[], str]
"""Called while a page is rendered, so that the text follows the reader's language."""


def _everybody(_request: AnyRequest) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class NavEntry:
    """One section, or one page inside a section."""

    path: str
    label: Label
    icon: str = ""
    key: str = ""
    """The letter after `g` that leads here."""
    children: tuple["NavEntry", ...] = ()
    """Pages of a section; a page with children is a group, shown as a second row."""
    shown: Callable[[AnyRequest], bool] = field(default=_everybody)


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as the template draws it."""

    path: str
    label: str
    icon: str
    key: str
    is_current: bool
    children: tuple["Link", ...]


def links(entries: Sequence[NavEntry], request: AnyRequest) -> list[Link]:
    """Return the entries this reader may open; a section leads to its first open page."""
    return [link for entry in entries if (link := _link(entry, request)) is not None]


def _link(entry: NavEntry, request: AnyRequest) -> Link | None:
    if not entry.shown(request):
        return None
    children = tuple(links(entry.children, request))
    if entry.children and not children:
        return None
    return Link(
        path=children[0].path if children else entry.path,
        label=entry.label(),
        icon=entry.icon,
        key=entry.key,
        is_current=_covers(entry.path, request.scope["path"])
        or any(child.is_current for child in children),
        children=children,
    )


def _covers(path: str, current: str) -> bool:
    return current == path or (path != "/" and current.startswith(f"{path}/"))
