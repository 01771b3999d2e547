"""Filters of the event log, as conditions on its rows."""

import re
from collections.abc import Mapping
from typing import Any

from amocrm_emulator.serving.api.kit.answers import ApiRefusal
from amocrm_emulator.serving.api.kit.lists import Where
from amocrm_emulator.serving.api.kit.query import numbers, values

IDS_MAX = 10
CHATS = (
    "incoming_chat_message",
    "outgoing_chat_message",
    "talk_created",
    "talk_closed",
    "talk_missed_event",
)
_FIELD_TYPE = re.compile(r"custom_field_(\d+)_value_changed")
_CONTACT = "json_extract(doc, '$.linked_talk_contact_id')"
# filter[value_after][value] -> where each type keeps its value
VALUES = {
    "sale_field_changed": "sale_field_value.sale",
    "name_field_changed": "name_field_value.name",
    "ltv_field_changed": "ltv_field_value.ltv",
    "nps_rate_added": "nps.rate",
    "custom_field_value_changed": "custom_field_value.text",
}


def conditions(given: Mapping[str, Any]) -> Where:
    """Return what the filters of a request ask of an event; impossible ones are refused."""
    where = Where(["1 = 1"], [])
    where.between("created_at", given.get("created_at", ""))
    if "created_by" in given:
        where.one_of("created_by", _few(given, "created_by"))
    if "id" in given:
        where.one_of("id", values(given["id"]))
    _add_types(where, given)
    _add_entity(where, given)
    for name in ("value_after", "value_before"):
        if isinstance(given.get(name), dict):
            _add_values(where, name, given[name])
    return where


def _few(given: Mapping[str, Any], name: str) -> list[int]:
    found = numbers(given[name])
    if len(found) > IDS_MAX:
        raise ApiRefusal(400, f"At most {IDS_MAX} values in filter[{name}]", [])
    return found


def _add_types(where: Where, given: Mapping[str, Any]) -> None:
    if "type" not in given:
        return
    types = values(given["type"])
    fields = [int(found[1]) for name in types if (found := _FIELD_TYPE.fullmatch(name))]
    if not fields:
        where.one_of("type", types)
    elif len(types) > 1:
        raise ApiRefusal(400, "The type of a custom field must be the only one", [])
    else:
        where.add("type = 'custom_field_value_changed'")
        path = "custom_field_value.field_id"
        where.add(
            f"coalesce(json_extract(doc, '$.value_after[0].{path}'),"
            f" json_extract(doc, '$.value_before[0].{path}')) = ?",
            fields[0],
        )


def _add_entity(where: Where, given: Mapping[str, Any]) -> None:
    """Add the card an event is about; events of conversations answer to their contact."""
    entities = values(given["entity"]) if "entity" in given else []
    ids = _few(given, "entity_id") if "entity_id" in given else []
    if "entity_id" in given and len(entities) != 1:
        raise ApiRefusal(400, "filter[entity_id] needs exactly one filter[entity]", [])
    if not entities:
        return
    own = Where([], [])
    own.one_of("entity_type", entities)
    if "entity_id" in given:
        own.one_of("entity_id", ids)
    if "contact" not in entities:
        where.add(str(own), *own.params)
        return
    chats = Where([], [])
    chats.one_of("type", list(CHATS))
    if "entity_id" in given:
        chats.one_of(_CONTACT, ids)
    where.add(f"(({own}) OR ({chats}))", *own.params, *chats.params)


def _add_values(where: Where, name: str, given: Mapping[str, Any]) -> None:
    first = f"$.{name}[0]"
    if "responsible_user_id" in given:
        path = f"json_extract(doc, '{first}.responsible_user.id')"
        where.one_of(path, numbers(given["responsible_user_id"]))
    if "value" in given:
        told = ", ".join(f"json_extract(doc, '{first}.{path}')" for path in VALUES.values())
        where.one_of(f"CAST(coalesce({told}) AS TEXT)", values(given["value"]))
        where.one_of("type", list(VALUES))
    if "custom_field_values" in given:
        enums = numbers(given["custom_field_values"])
        where.add(
            f"EXISTS (SELECT 1 FROM json_each(doc, '$.{name}') AS one"  # noqa: S608 -- constants
            " WHERE json_extract(one.value, '$.custom_field_value.enum_id')"
            f" IN ({','.join('?' * len(enums))}))",
            *enums,
        )
    for kind, fields in (
        (
            "leads_statuses",
            (("pipeline_id", "lead_status.pipeline_id"), ("status_id", "lead_status.id")),
        ),
        ("customers_statuses", (("status_id", "customer_status.id"),)),
    ):
        if isinstance(given.get(kind), dict):
            _add_statuses(where, first, given[kind], fields)


def _add_statuses(
    where: Where, first: str, given: Mapping[str, Any], fields: tuple[tuple[str, str], ...]
) -> None:
    """Any of the given stages will do."""
    either: list[Where] = []
    for pair in given.values():
        one = Where([], [])
        for field, inner in fields:
            if isinstance(pair, dict) and field in pair:
                one.one_of(f"json_extract(doc, '{first}.{inner}')", numbers(pair[field]))
        if one.parts:
            either.append(one)
    if either:
        params = [value for one in either for value in one.params]
        where.add(f"({' OR '.join(f'({one})' for one in either)})", *params)
