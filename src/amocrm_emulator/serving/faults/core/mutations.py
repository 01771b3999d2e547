"""Mutations of true answers: what clients have met elsewhere. Pure, on decoded JSON."""

from collections.abc import Callable, Mapping
from typing import Any

from amocrm_emulator.serving.faults.core.model import FaultKind

HUGE_TEXT = "х" * 524_288
"""A megabyte in UTF-8."""


def mutate(kind: FaultKind, content: Any) -> Any:
    """Return an answer with one kind of wrongness in it."""
    way = _MUTATIONS.get(kind)
    return content if way is None else way(content)


def _without_first(content: Any) -> Any:
    """Miss a row, as when an earlier page has lost one while somebody turned pages."""
    embedded = content.get("_embedded") if isinstance(content, dict) else None
    if not isinstance(embedded, dict):
        return content
    rows = {name: part[1:] if isinstance(part, list) else part for name, part in embedded.items()}
    return content | {"_embedded": rows}


def _nulls(content: Any) -> Any:
    """Put null where a list should be, but for the rows of the answer themselves."""
    return _rows(content, _nulls_inside)


def _nulls_inside(content: Any) -> Any:
    if isinstance(content, list):
        return None
    if isinstance(content, dict):
        return {name: _nulls_inside(value) for name, value in content.items()}
    return content


def _text_ids(content: Any) -> Any:
    if isinstance(content, list):
        return [_text_ids(item) for item in content]
    if not isinstance(content, dict):
        return content
    return {
        name: str(value)
        if (name == "id" or name.endswith("_id")) and _is_number(value)
        else _text_ids(value)
        for name, value in content.items()
    }


def _wrong_types(content: Any) -> Any:
    """Write numbers as texts, truth as 1 and 0, empty objects as lists: PHP does that."""
    return _rows(content, _as_php)


def _as_php(content: Any) -> Any:
    if isinstance(content, dict):
        return {name: _as_php(value) for name, value in content.items()} or []
    if isinstance(content, list):
        return [_as_php(item) for item in content]
    if isinstance(content, bool):
        return int(content)
    return str(content) if _is_number(content) else content


def _huge(content: Any) -> Any:
    return _rows(content, lambda row: row | {"name": HUGE_TEXT} if "id" in row else row)


def _renamed(row: Any) -> Any:
    """Call everything in a row otherwise, as a new version of an API might."""
    kept = {"id", "_embedded", "_links"}
    return {name if name in kept else f"{name}_v5": value for name, value in row.items()}


def _rows(content: Any, change: Any) -> Any:
    """Change each row of a list, or the only entity of an answer."""
    if not isinstance(content, dict):
        return content
    embedded = content.get("_embedded")
    if "id" in content or not isinstance(embedded, dict):
        return change(content)
    return content | {
        "_embedded": {
            name: [change(row) if isinstance(row, dict) else row for row in part]
            if isinstance(part, list)
            else part
            for name, part in embedded.items()
        }
    }


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_MUTATIONS: Mapping[FaultKind, Callable[[Any], Any]] = {
    FaultKind.SHIFT: _without_first,
    FaultKind.NULLS: _nulls,
    FaultKind.TEXT_IDS: _text_ids,
    FaultKind.WRONG_TYPES: _wrong_types,
    FaultKind.HUGE: _huge,
    FaultKind.RENAMED: lambda content: _rows(content, _renamed),
}
