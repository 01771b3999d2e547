"""Values of custom fields in our words.

A field's type says what its text means. Of an unknown type a value stays a text: a webhook does
not name the types, and not all of them are known before the API is read.
"""

import math
from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec

from smena.connectors.amocrm.api.core.payload import FieldJson, NamedJson
from smena.connectors.amocrm.api.core.values import (
    BadValue,
    Loose,
    flag,
    identity_or_zero,
    seconds_of,
    text,
    whole,
)
from smena.crm.model.details import ChoiceId, FieldId, Filled, Scalar, Tag, TagId, Value

NUMBERS = frozenset({"numeric", "monetary", "price"})
MOMENTS = frozenset({"date", "date_time", "birthday"})
FLAG = "checkbox"
EXACT_MAX = 2**53
FIELDS_MAX = 1_000
VALUES_MAX = 200
NAME_MAX = 300


def of_card(json: Iterable[FieldJson] | None) -> tuple[Filled, ...]:
    """Return the filled fields of an entity in the order of their numbers; null is none."""
    found: dict[FieldId, Filled] = {}
    for field in list(json or ())[:FIELDS_MAX]:
        number, kind = identity_or_zero(field.field_id), text(field.field_type)
        values = tuple(
            Value(scalar(one.value, kind), _choice(one.enum_id))
            for one in (field.values or [])[:VALUES_MAX]
        )
        if number and values:
            found[FieldId(number)] = Filled(FieldId(number), values)
    return tuple(found[number] for number in sorted(found))


def scalar(value: object, kind: str) -> Scalar:
    """Return what a value means in a field of this type; what it cannot mean stays a text."""
    if value is None or isinstance(value, dict | list):
        return None if value is None else text(msgspec.json.encode(value, order="sorted").decode())
    plain = value if isinstance(value, str | int | float) else str(value)
    if kind == FLAG:
        return flag(plain)
    if kind in NUMBERS:
        return _amount(plain)
    if kind in MOMENTS:
        return _seconds(plain)
    return text(plain)


def tags(json: Iterable[NamedJson] | None) -> tuple[Tag, ...]:
    """Return the tags of an entity in the order of their numbers."""
    found = {identity_or_zero(one.id): text(one.name)[:NAME_MAX] for one in json or ()}
    return tuple(Tag(TagId(number), found[number]) for number in sorted(found) if number)


def _amount(value: Loose) -> Scalar:
    try:
        number = float(value or 0)
    except (ValueError, OverflowError):
        return text(value)
    if not math.isfinite(number) or abs(number) > EXACT_MAX:
        return text(value)
    return int(number) if number.is_integer() else number


def _seconds(value: Loose) -> Scalar:
    try:
        return whole(value)
    except BadValue:
        try:
            at = datetime.fromisoformat(str(value))
            return seconds_of(at if at.tzinfo else at.replace(tzinfo=UTC))
        except (ValueError, OverflowError):
            return text(value)


def _choice(value: Loose) -> ChoiceId | None:
    number = identity_or_zero(value)
    return ChoiceId(number) if number else None
