"""Bodies of account webhooks: names of the old API, every value a string, form-encoded."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

Pairs = Iterator[tuple[str, object]]
ELEMENT_TYPE = {"contacts": 1, "leads": 2, "companies": 3, "customers": 12}
NOTE_TYPE = {
    "common": 4,
    "attachment": 5,
    "call_in": 10,
    "call_out": 11,
    "service_message": 25,
    "extended_service_message": 25,
    "sms_in": 102,
    "sms_out": 103,
}
DATES = {"date", "date_time", "birthday"}
UNIX = frozenset(
    (
        "[created_at]",
        "[updated_at]",
        "[complete_before]",
        "[note][created_at]",
        "[note][updated_at]",
    )
)


@dataclass(frozen=True, slots=True)
class Change:
    """One action of a body: `setting` is the name hooks subscribe to."""

    setting: str
    root: str
    action: str
    fields: tuple[tuple[str, object], ...]


def encode(account_id: int, subdomain: str, base: str, changes: Sequence[Change]) -> bytes:
    """Return a body: the account first, then each root and action with its own index."""
    pairs: list[tuple[str, str]] = [
        ("account[subdomain]", subdomain),
        ("account[id]", str(account_id)),
        ("account[_links][self]", base),
    ]
    places: dict[tuple[str, str], int] = {}
    for change in changes:
        place = places.setdefault((change.root, change.action), -1) + 1
        places[change.root, change.action] = place
        prefix = f"{change.root}[{change.action}][{place}]"
        pairs += [(prefix + name, _text(value)) for name, value in change.fields]
    return urlencode(pairs).encode()


def lead_fields(doc: Mapping[str, Any], extra: Mapping[str, object] | None = None) -> Pairs:
    yield "[id]", doc["id"]
    yield "[name]", doc["name"]
    yield "[status_id]", doc["status_id"]
    for name, value in (extra or {}).items():
        yield f"[{name}]", value
    yield "[price]", doc["price"]
    yield "[responsible_user_id]", doc["responsible_user_id"]
    yield "[last_modified]", doc["updated_at"]
    yield "[modified_user_id]", doc["updated_by"]
    yield "[created_user_id]", doc["created_by"]
    yield "[date_create]", doc["created_at"]
    yield "[pipeline_id]", doc["pipeline_id"]
    yield from _tags(doc)
    yield "[account_id]", doc["account_id"]
    yield from _custom_fields(doc)
    yield "[created_at]", doc["created_at"]
    yield "[updated_at]", doc["updated_at"]


def card_fields(
    kind: str,
    doc: Mapping[str, Any],
    leads: Iterable[int],
    company: Mapping[str, Any] | None,
    old: Mapping[str, Any] | None,
) -> Pairs:
    """Contacts and companies travel under one root and are told apart by `type`.

    The old responsible user is in every update, also in one that left it alone.
    """
    yield "[id]", doc["id"]
    yield "[name]", doc["name"]
    yield "[responsible_user_id]", doc["responsible_user_id"]
    yield "[date_create]", doc["created_at"]
    yield "[last_modified]", doc["updated_at"]
    yield "[created_user_id]", doc["created_by"]
    yield "[modified_user_id]", doc["updated_by"]
    if company is not None:
        yield "[company_name]", company["name"]
        yield "[linked_company_id]", company["id"]
    yield "[account_id]", doc["account_id"]
    yield from _custom_fields(doc)
    yield from _tags(doc)
    for lead in leads:
        yield f"[linked_leads_id][{lead}][ID]", lead
    if old is not None:
        yield "[old_responsible_user_id]", old["responsible_user_id"]
    yield "[created_at]", doc["created_at"]
    yield "[updated_at]", doc["updated_at"]
    yield "[type]", "contact" if kind == "contacts" else "company"


def task_fields(
    doc: Mapping[str, Any], zone: ZoneInfo, extra: Mapping[str, object] | None = None
) -> Pairs:
    yield "[id]", doc["id"]
    yield "[element_id]", doc["entity_id"] or 0
    yield "[element_type]", ELEMENT_TYPE.get(doc["entity_type"] or "", 0)
    yield "[task_type]", doc["task_type_id"]
    yield "[date_create]", _local(doc["created_at"], zone)
    yield "[text]", doc["text"]
    yield "[status]", int(doc["is_completed"])
    yield "[account_id]", doc["account_id"]
    yield "[created_user_id]", doc["created_by"]
    yield "[last_modified]", _local(doc["updated_at"], zone)
    yield "[responsible_user_id]", doc["responsible_user_id"]
    yield "[complete_till]", _local(doc["complete_till"], zone)
    for name, value in (extra or {}).items():
        yield f"[{name}]", value
    if isinstance(doc["result"], dict):
        yield "[result][id]", doc["id"]
        yield "[result][text]", doc["result"]["text"]
    yield "[created_at]", doc["created_at"]
    yield "[updated_at]", doc["updated_at"]
    yield "[complete_before]", doc["complete_till"]


def note_fields(kind: str, doc: Mapping[str, Any], zone: ZoneInfo) -> Pairs:
    """Yield a note's fields; a call's details are JSON inside the text, with upper-case keys."""
    for name, value in (
        ("id", doc["id"]),
        ("note_type", NOTE_TYPE.get(doc["note_type"], 25)),
        ("element_type", ELEMENT_TYPE[kind]),
        ("element_id", doc["entity_id"]),
        ("text", _note_text(doc)),
        ("account_id", doc["account_id"]),
        ("created_by", doc["created_by"]),
        ("modified_by", doc["updated_by"]),
        ("main_user_id", doc["responsible_user_id"]),
        ("group_id", doc["group_id"]),
        ("date_create", _local(doc["created_at"], zone)),
        ("timestamp_x", _local(doc["updated_at"], zone)),
        ("created_at", doc["created_at"]),
        ("updated_at", doc["updated_at"]),
    ):
        yield f"[note][{name}]", value


def _note_text(doc: Mapping[str, Any]) -> str:
    params = doc["params"] or {}
    if doc["note_type"] not in {"call_in", "call_out"}:
        return str(params.get("text", ""))
    return json.dumps(
        {
            "UNIQ": params.get("uniq"),
            "LINK": params.get("link"),
            "PHONE": params.get("phone"),
            "DURATION": params.get("duration"),
            "SRC": params.get("source"),
            "call_status": params.get("call_status"),
            "call_result": params.get("call_result"),
        },
        ensure_ascii=False,
    )


def _custom_fields(doc: Mapping[str, Any]) -> Pairs:
    for place, field in enumerate(doc.get("custom_fields_values") or []):
        prefix = f"[custom_fields][{place}]"
        yield f"{prefix}[id]", field["field_id"]
        yield f"{prefix}[name]", field["field_name"]
        is_date = field.get("field_type") in DATES
        for index, value in enumerate(field["values"]):
            place_of_value = f"{prefix}[values][{index}]"
            yield place_of_value if is_date else f"{place_of_value}[value]", value.get("value")
            if value.get("enum_id"):
                yield f"{place_of_value}[enum]", value["enum_id"]
        if field.get("field_code"):
            yield f"{prefix}[code]", field["field_code"]


def _tags(doc: Mapping[str, Any]) -> Pairs:
    for place, tag in enumerate(doc.get("tags") or []):
        yield f"[tags][{place}][id]", tag["id"]
        yield f"[tags][{place}][name]", tag["name"]


def _local(moment: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(moment, zone).strftime("%Y-%m-%d %H:%M:%S")


def _text(value: object) -> str:
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, bool) else str(value)


def without_unix(fields: Pairs, *, is_old: bool) -> tuple[tuple[str, object], ...]:
    """Return the fields of a body; of an old one without the moments that those do not have."""
    return tuple((name, told) for name, told in fields if not (is_old and name in UNIX))
