"""Values of custom fields: what each type accepts on a write and how it is read back.

Pure: a field of the account's directory and what a client sent go in, troubles or values come out.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

Doc = dict[str, Any]
Trouble = tuple[str, str, str]

TEXTS = {"text", "textarea", "streetaddress", "url", "tracking_data"}
NUMBERS = {"numeric", "monetary", "price"}
DATES = {"date", "date_time", "birthday"}
CHOICES = {"select", "radiobutton", "multiselect", "category"}
OBJECTS = {"legal_entity", "file", "items", "linked_entity", "payer", "supplier"}
LINES = {
    1: "address_line_1",
    2: "address_line_2",
    3: "city",
    4: "state",
    5: "zip",
    6: "country",
}
CHAIN_MAX = 5
_ONLY_ONE = TEXTS | NUMBERS | DATES | {"select", "radiobutton", "checkbox"} | OBJECTS - {"items"}
_CHAIN = ("catalog_id", "catalog_element_id")
_NAMED = CHOICES | {"chained_list"}

_NUMBER = re.compile(r"-?\d+([.,]\d+)?")
_FLAGS: dict[object, bool] = {
    True: True,
    False: False,
    "1": True,
    "0": False,
    "true": True,
    "false": False,
    "Y": True,
    "N": False,
    "да": True,
    "нет": False,
}
# Numbers of the old API, which the event log still tells.
EVENT_NUMBER = {
    "text": 1,
    "numeric": 2,
    "checkbox": 3,
    "select": 4,
    "multiselect": 5,
    "date": 6,
    "url": 7,
    "multitext": 8,
    "textarea": 9,
    "radiobutton": 10,
    "streetaddress": 11,
    "smart_address": 13,
    "birthday": 14,
    "legal_entity": 15,
    "items": 16,
    "category": 18,
    "date_time": 19,
    "price": 20,
    "tracking_data": 21,
    "linked_entity": 22,
    "chained_list": 23,
    "monetary": 24,
    "file": 25,
}


def troubles(field: Mapping[str, Any], given: Any, path: str) -> Iterable[Trouble]:
    """Name what is wrong with the values of a field."""
    if given is None:
        return
    if not isinstance(given, list):
        yield ("InvalidType", path, "This value should be of type array.")
        return
    if field["type"] in _ONLY_ONE and len(given) > 1:
        yield ("TooMany", path, "This field takes one value.")
    if field["type"] == "chained_list" and len(given) > CHAIN_MAX:
        yield ("TooMany", path, f"This field takes at most {CHAIN_MAX} values.")
    for place, value in enumerate(given):
        if not isinstance(value, dict):
            yield ("InvalidType", f"{path}.{place}", "This value should be of type object.")
        elif "enum" in value:  # as reads of old showed it
            yield ("FieldNotExpected", f"{path}.{place}.enum", "This field was not expected.")
        elif _says(field["type"], value) and (trouble := _trouble(field, value)) is not None:
            code, inner, detail = trouble
            yield code, f"{path}.{place}.{inner}", detail


def reading(field: Mapping[str, Any], given: Any) -> list[Doc]:
    """Return checked values as reads show them; blank ones are gone."""
    form = _FORMS.get(field["type"], _text)
    return [form(field, value) for value in given or () if _says(field["type"], value)]


def _says(kind: str, value: object) -> bool:
    """Tell whether a value is one; choices may be named without their text."""
    if not isinstance(value, dict):
        return False
    told = value.get("value")
    if isinstance(told, dict | list):
        return bool(told)
    if told is not None and told != "":
        return True
    names = _CHAIN if kind == "chained_list" else ("enum_id", "enum_code")
    return kind in _NAMED and any(value.get(name) is not None for name in names)


def _trouble(field: Mapping[str, Any], value: Doc) -> Trouble | None:
    kind, told = field["type"], value.get("value")
    if kind in CHOICES:
        known = _enum(field, value) is not None
        return None if known else _not_a_choice("enum_id" if "enum_id" in value else "value")
    if kind == "multitext" and _kind_of_reach(field, value) is None:
        return _not_a_choice("enum_id" if "enum_id" in value else "enum_code")
    if kind == "smart_address" and _line(value) is None:
        return _not_a_choice("enum_id")
    if kind == "chained_list":
        good = all(_is_whole(value.get(name)) for name in _CHAIN)
        return None if good else ("InvalidType", _CHAIN[1], "This value should be of type int.")
    return None if _fits(kind, told) else ("InvalidType", "value", f"Not a value of type {kind}.")


def _fits(kind: str, told: object) -> bool:
    if kind in NUMBERS:
        return isinstance(told, int | float | str) and bool(_NUMBER.fullmatch(str(told).strip()))
    if kind in DATES:
        return moment(told) is not None
    if kind == "checkbox":
        return isinstance(told, bool | int | str) and told in _FLAGS
    if kind in OBJECTS:
        return isinstance(told, dict)
    return isinstance(told, str | int | float)


def moment(told: object) -> int | None:
    """Read Unix seconds or RFC 3339."""
    if _is_whole(told):
        return int(str(told))
    text = str(told)
    if re.fullmatch(r"-?\d{1,12}", text):
        return int(text)
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return int((read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp())


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _not_a_choice(path: str) -> Trouble:
    return ("NotSupportedChoice", path, "The value you selected is not a valid choice.")


def _enum(field: Mapping[str, Any], value: Mapping[str, Any]) -> Doc | None:
    """Return the choice a value names: by number, by code or by its text."""
    for name, key in (("enum_id", "id"), ("enum_code", "code"), ("value", "value")):
        if value.get(name) is not None:
            found = (enum for enum in field["enums"] or () if enum[key] == value[name])
            return next(found, None)
    return None


def _kind_of_reach(field: Mapping[str, Any], value: Mapping[str, Any]) -> Doc | None:
    """Return the kind of a phone or an e-mail, by default the working one."""
    enums = field["enums"] or ()
    named = value.get("enum_code")
    if value.get("enum_id") is not None:
        return next((enum for enum in enums if enum["id"] == value["enum_id"]), None)
    if named is None:
        return next(iter(enums), None)
    return next((enum for enum in enums if named == enum["code"]), None)


def _line(value: Mapping[str, Any]) -> int | None:
    number = value.get("enum_id")
    if number is not None:
        return number if _is_whole(number) and number in LINES else None
    return next((number for number, code in LINES.items() if code == value.get("enum_code")), None)


def _text(_field: Mapping[str, Any], value: Doc) -> Doc:
    return {"value": str(value["value"])}


def _flag(_field: Mapping[str, Any], value: Doc) -> Doc:
    return {"value": _FLAGS[value["value"]]}


def _date(_field: Mapping[str, Any], value: Doc) -> Doc:
    return {"value": moment(value["value"])}


def _number(_field: Mapping[str, Any], value: Doc) -> Doc:
    return {"value": str(value["value"]).strip().replace(",", ".")}


def _choice(field: Mapping[str, Any], value: Doc) -> Doc:
    enum = _enum(field, value) or {}
    return {"value": enum["value"], "enum_id": enum["id"], "enum_code": enum["code"]}


def _reach(field: Mapping[str, Any], value: Doc) -> Doc:
    kind = _kind_of_reach(field, value) or {}
    return {
        "value": str(value.get("value") or ""),
        "enum_id": kind["id"],
        "enum_code": kind["code"],
    }


def _address(_field: Mapping[str, Any], value: Doc) -> Doc:
    line = _line(value) or 1
    return {"value": str(value.get("value")), "enum_id": line, "enum_code": LINES[line]}


def _chain(_field: Mapping[str, Any], value: Doc) -> Doc:
    return {name: value[name] for name in _CHAIN}


def _object(_field: Mapping[str, Any], value: Doc) -> Doc:
    return {"value": dict(value["value"])}


_FORMS: dict[str, Callable[[Mapping[str, Any], Doc], Doc]] = (
    dict.fromkeys(NUMBERS, _number)
    | dict.fromkeys(DATES, _date)
    | dict.fromkeys(CHOICES, _choice)
    | dict.fromkeys(OBJECTS, _object)
    | {"checkbox": _flag, "multitext": _reach, "smart_address": _address, "chained_list": _chain}
)
