"""What of a card a search looks at, and what phones are compared by."""

import re
from collections.abc import Mapping
from typing import Any

_DIGITS_OF_A_PHONE = 10

Doc = dict[str, Any]


def reach(phone: str | None, email: str | None) -> list[Doc] | None:
    """Return the custom fields of somebody with this phone and e-mail, as a client writes them."""
    given = (("PHONE", phone), ("EMAIL", email))
    return [{"field_code": code, "values": [{"value": v}]} for code, v in given if v] or None


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
