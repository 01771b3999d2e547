"""What the log says about a card that changed. Pure: two states in, the log's entries out."""

from collections.abc import Iterable, Mapping
from typing import Any

from amocrm_emulator.account.core.field_values import EVENT_NUMBER

Doc = dict[str, Any]
Entry = tuple[str, list[Doc], list[Doc]]
"""Type, value before, value after."""


def card_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterable[Entry]:
    """Yield what can change in any card: responsible, name, fields, tags."""
    for field, kind, key, inner in (
        ("responsible_user_id", "entity_responsible_changed", "responsible_user", "id"),
        ("name", "name_field_changed", "name_field_value", "name"),
    ):
        if old.get(field) != new.get(field):
            yield kind, [{key: {inner: old[field]}}], [{key: {inner: new[field]}}]
    for number in _fields_changed(old, new):
        yield "custom_field_value_changed", _values(old, number), _values(new, number)
    yield from _tag_changes(old, new)


def _tag_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterable[Entry]:
    was, now = ({tag["name"] for tag in doc["tags"]} for doc in (old, new))
    if now - was:
        yield "entity_tag_added", [], [{"tag": {"name": name}} for name in sorted(now - was)]
    if was - now:
        yield "entity_tag_deleted", [{"tag": {"name": name}} for name in sorted(was - now)], []


def _fields_changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[int]:
    if old["custom_fields_values"] is new["custom_fields_values"]:
        return []
    numbers = [f["field_id"] for doc in (old, new) for f in doc["custom_fields_values"] or ()]
    return [n for n in dict.fromkeys(numbers) if _values(old, n) != _values(new, n)]


def _values(doc: Mapping[str, Any], number: int) -> list[Doc]:
    """Return one element for each value of a field."""
    return [
        {
            "custom_field_value": {
                "field_id": number,
                "field_type": EVENT_NUMBER.get(field["field_type"], 1),
                "enum_id": value.get("enum_id"),
                "text": _text(value.get("value", value.get("catalog_element_id"))),
            }
        }
        for field in doc["custom_fields_values"] or ()
        if field["field_id"] == number
        for value in field["values"]
    ]


def _text(value: object) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)
