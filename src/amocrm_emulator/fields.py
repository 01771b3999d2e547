"""Custom fields and the text that a search looks at: how values sit in a card's document."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

PHONE, EMAIL = 1001, 1002
_NUMBERS = {"PHONE": PHONE, "EMAIL": EMAIL}
_CODES = {PHONE: "PHONE", EMAIL: "EMAIL"}
_NAMES = {"PHONE": "Телефон", "EMAIL": "Email"}
_ENUMS = {
    "PHONE": {"WORK": 2001, "WORKDD": 2002, "MOB": 2003, "FAX": 2004, "HOME": 2005, "OTHER": 2006},
    "EMAIL": {"WORK": 2011, "PRIV": 2012, "OTHER": 2013},
}
_TEXT_NUMBER = 1000
_DIGITS_OF_A_PHONE = 10

Doc = dict[str, Any]


def reach(phone: str | None, email: str | None) -> list[Doc] | None:
    """Return the custom fields of somebody with this phone and e-mail; None when they have none."""
    given = (("PHONE", phone), ("EMAIL", email))
    return filled([{"field_code": code, "values": [{"value": v}]} for code, v in given if v])


def filled(given: Sequence[Mapping[str, Any]] | None) -> list[Doc] | None:
    """Return fields as they are read; a card without values has null, never an empty list."""
    fields = [_field(one) for one in given or ()]
    return [field for field in fields if field["values"]] or None


def merged(old: list[Doc] | None, given: Sequence[Mapping[str, Any]] | None) -> list[Doc] | None:
    """Return a card's fields after a write: absent ones stay, emptied ones go."""
    if given is None:
        return old
    fields = {field["field_id"]: field for field in old or ()}
    for one in given:
        field = _field(one)
        if field["values"]:
            fields[field["field_id"]] = field
        else:
            fields.pop(field["field_id"], None)
    return list(fields.values()) or None


def _field(given: Mapping[str, Any]) -> Doc:
    code = given.get("field_code") or _CODES.get(given.get("field_id") or 0)
    number = given.get("field_id") or _NUMBERS.get(code or "", _TEXT_NUMBER)
    return {
        "field_id": number,
        "field_name": given.get("field_name") or _NAMES.get(code or "") or f"Поле {number}",
        "field_code": code,
        "field_type": given.get("field_type") or ("multitext" if code in _NUMBERS else "text"),
        "is_computed": False,
        "values": [_value(code, value) for value in given.get("values") or () if _says(value)],
    }


def _says(value: object) -> bool:
    return isinstance(value, dict) and (
        value.get("value") not in (None, "") or value.get("enum_id") is not None
    )


def _value(code: str | None, given: Mapping[str, Any]) -> Doc:
    """Return a value; phones and e-mails name their kind, by default the working one."""
    if code not in _ENUMS:
        return dict(given)
    named = given.get("enum_code") or given.get("enum") or "WORK"
    enums = _ENUMS[code]
    return {"value": given.get("value"), "enum_id": enums.get(named, enums["WORK"]),
            "enum_code": named if named in enums else "WORK"}  # fmt: skip


def phone_key(phone: str) -> str:
    """Return what amoCRM compares phones by: their last ten digits."""
    return re.sub(r"\D", "", phone)[-_DIGITS_OF_A_PHONE:]


def search_text(doc: Mapping[str, Any]) -> str:
    """Return the filled fields of a card in lower case, phones also as bare digits."""
    parts = [str(doc.get("name") or "")]
    for field in doc.get("custom_fields_values") or ():
        for value in field["values"]:
            parts.append(str(value.get("value") or ""))
            if field.get("field_code") == "PHONE":
                parts.append(re.sub(r"\D", "", parts[-1]))
    return "\n".join(parts).lower()
