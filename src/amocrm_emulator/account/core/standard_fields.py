"""Custom fields: which types there are, which ones amoCRM gives, how a new one begins. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from amocrm_emulator.account.spec import FieldSpec

Doc = dict[str, Any]
ALL = {"leads", "contacts", "companies", "customers", "customers/segments"}
PEOPLE_AND_DEALS = {"leads", "contacts", "companies"}
CATALOG = "catalogs"
# type -> kinds of cards that may have such a field; catalogs are one more kind
_SIMPLE = (
    "text",
    "textarea",
    "streetaddress",
    "url",
    "numeric",
    "checkbox",
    "select",
    "radiobutton",
    "multiselect",
    "date",
    "date_time",
    "monetary",
    "file",
)
_RICH = ("birthday", "smart_address", "legal_entity")
_OF_CATALOGS = ("price", "category", "items", "linked_entity", "payer", "supplier")
AVAILABLE: dict[str, set[str]] = {
    **{type_: ALL | {CATALOG} for type_ in _SIMPLE},
    **{type_: set(PEOPLE_AND_DEALS) for type_ in _RICH},
    **{type_: {CATALOG} for type_ in _OF_CATALOGS},
    "multitext": {"contacts"},
    "tracking_data": {"leads"},
    "chained_list": {"leads", "customers"},
}
PHONES = ("WORK", "WORKDD", "MOB", "FAX", "HOME", "OTHER")
EMAILS = ("WORK", "PRIV", "OTHER")
MESSENGERS = ("SKYPE", "ICQ", "JABBER", "GTALK", "MSN", "OTHER")
UTM = (
    "utm_content",
    "utm_medium",
    "utm_campaign",
    "utm_source",
    "utm_term",
    "utm_referrer",
    "referrer",
    "gclientid",
    "gclid",
    "fbclid",
    "yclid",
    "from",
)
_BORN = (
    FieldSpec("contacts", 1001, "Телефон", "multitext", "PHONE", PHONES, 2001),
    FieldSpec("contacts", 1002, "Email", "multitext", "EMAIL", EMAILS, 2011),
    FieldSpec("contacts", 1003, "Должность", "text", "POSITION"),
    FieldSpec("contacts", 1004, "Мгн. сообщения", "multitext", "IM", MESSENGERS, 2021),
    FieldSpec("companies", 1011, "Телефон", "multitext", "PHONE", PHONES, 2101),
    FieldSpec("companies", 1012, "Email", "multitext", "EMAIL", EMAILS, 2111),
    FieldSpec("companies", 1013, "Web", "url", "WEB"),
    FieldSpec("companies", 1014, "Адрес", "textarea", "ADDRESS"),
    *(
        FieldSpec("leads", 1021 + place, name, "tracking_data", name.upper())
        for place, name in enumerate(UTM)
    ),
)


def first_fields(account: int, own: Iterable[FieldSpec]) -> dict[str, list[Doc]]:
    """Return the directory of a new account: what amoCRM gives, then the account's own."""
    fields: dict[str, list[Doc]] = {}
    for spec in (*_BORN, *own):
        fields.setdefault(spec.entity, []).append(_from_spec(account, spec, len(fields)))
    for listed in fields.values():
        for place, field in enumerate(listed):
            field["sort"] = 500 + place
    return fields


def _from_spec(account: int, spec: FieldSpec, place: int) -> Doc:
    is_predefined = spec in _BORN
    first = spec.first_enum or spec.id * 100 + 1
    is_reach = spec.type == "multitext"
    enums = [
        {"id": first + index, "value": text, "sort": index * 2, "code": text if is_reach else None}
        for index, text in enumerate(spec.enums)
    ]
    item = {"name": spec.name, "code": spec.code, "sort": place}
    field = new_field(account, spec.entity, spec.id, spec.type, item)
    group = "statistic" if spec.type == "tracking_data" else None
    return field | {
        "enums": enums or None,
        "is_predefined": is_predefined,
        "is_deletable": not is_predefined,
        "group_id": group,
    }


def new_field(account: int, kind: str, number: int, type_: str, item: Mapping[str, Any]) -> Doc:
    """Return a field as reads show it; a catalog's kind is "catalogs/{number}"."""
    return {
        "id": number,
        "name": item["name"],
        "type": type_,
        "account_id": account,
        "code": item.get("code"),
        "sort": item.get("sort") or 500,
        "is_api_only": bool(item.get("is_api_only")),
        "enums": None,
        "group_id": item.get("group_id"),
        "required_statuses": item.get("required_statuses") or [],
        "hidden_statuses": item.get("hidden_statuses") or [],
        "is_deletable": True,
        "is_predefined": False,
        "is_computed": False,
        "entity_type": kind.partition("/")[0] if kind.startswith(CATALOG) else kind,
        "remind": (item.get("remind") or "never") if type_ == "birthday" else None,
        "currency": (item.get("currency") or "RUB") if type_ == "monetary" else None,
        "tracking_callback": item.get("tracking_callback")
        or ("" if type_ == "tracking_data" else None),
        "settings": item.get("settings"),
    }
