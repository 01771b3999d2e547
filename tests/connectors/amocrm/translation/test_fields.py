"""Custom fields and tags: the same value from the API and from a webhook, and hostile ones."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smena.connectors.amocrm.api.core import form
from smena.connectors.amocrm.api.core.payload import FieldJson, NamedJson, read_page
from smena.connectors.amocrm.translation import fields, parse, webhook
from smena.connectors.amocrm.translation.webhook_json import Types
from smena.crm.model.details import (
    ChoiceId,
    FieldId,
    Filled,
    LeadSourceId,
    Scalar,
    Tag,
    TagId,
    Value,
)
from smena.crm.model.entities import EntityKind, Lead

AT = 1_790_000_000
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


def of_api(*told: dict[str, Any]) -> tuple[Filled, ...]:
    return fields.of_card(msgspec.convert(told, list[FieldJson], strict=False))


def of_webhook(pairs: dict[str, str], types: Types) -> tuple[Filled, ...] | None:
    return from_webhook(
        {f"[custom_fields]{key}": value for key, value in pairs.items()}, types
    ).fields


def from_webhook(pairs: dict[str, str], types: Types) -> Lead:
    card = {"id": 1, "status_id": 1, "pipeline_id": 1, "created_at": AT, "updated_at": AT}
    told = {f"[{key}]": str(value) for key, value in card.items()} | pairs
    body = urlencode({f"leads[update][0]{key}": value for key, value in told.items()}).encode()
    received_at, zone = datetime.fromtimestamp(AT, UTC), ZoneInfo("Europe/Moscow")
    reading = webhook.read(form.parse(body), zone, received_at, {EntityKind.LEAD: types})
    (found,) = reading.changes.leads
    return found


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        ("Тула", "text", "Тула"),
        ("12.5", "numeric", 12.5),
        ("12.0", "numeric", 12),
        (7, "monetary", 7),
        ("1 200", "numeric", "1 200"),
        ("1e999", "numeric", "1e999"),
        ("9" * 400, "numeric", "9" * 400),
        (True, "checkbox", True),
        ("1", "checkbox", True),
        ("", "checkbox", False),
        (AT, "date", AT),
        (str(AT), "date_time", AT),
        ("2026-09-21T15:33:20+03:00", "birthday", 1_789_994_000),
        ("soon", "date", "soon"),
        (None, "text", None),
        ({"name": "ООО", "vat_id": "7"}, "legal_entity", '{"name":"ООО","vat_id":"7"}'),
        (5, "text", "5"),
        ("a\0b", "", "ab"),
    ],
)
def test_value(value: object, kind: str, expected: Scalar) -> None:
    found = fields.scalar(value, kind)
    assert found == expected
    assert type(found) is type(expected)


def test_fields_of_a_card_stand_in_their_order() -> None:
    assert of_api(
        {"field_id": "7002", "field_type": "multiselect",
         "values": [{"value": "А", "enum_id": 1}, {"value": "Б", "enum_id": "2"}]},
        {"field_id": 7001, "field_type": "text", "values": [{"value": "Тула"}]},
        {"field_id": 7003, "field_type": "text", "values": None},
        {"field_id": None, "values": [{"value": "ничей"}]},
    ) == (
        Filled(FieldId(7001), (Value("Тула"),)),
        Filled(FieldId(7002), (Value("А", ChoiceId(1)), Value("Б", ChoiceId(2)))),
    )  # fmt: skip


def test_a_webhook_says_the_same_as_the_api() -> None:
    types = {7001: "text", 7002: "date", 7003: "select", 7004: "checkbox", 7005: "numeric"}
    api = of_api(
        {"field_id": 7001, "field_type": "text", "values": [{"value": "[Тула]"}]},
        {"field_id": 7002, "field_type": "date", "values": [{"value": AT}]},
        {"field_id": 7003, "field_type": "select", "values": [{"value": "А", "enum_id": 3001}]},
        {"field_id": 7004, "field_type": "checkbox", "values": [{"value": True}]},
        {"field_id": 7005, "field_type": "numeric", "values": [{"value": "12.5"}]},
    )
    told = of_webhook(
        {
            "[0][id]": "7001", "[0][name]": "Город", "[0][values][0][value]": "[Тула]",
            "[1][id]": "7002", "[1][values][0]": str(AT),
            "[2][id]": "7003", "[2][values][0][value]": "А", "[2][values][0][enum]": "3001",
            "[3][id]": "7004", "[3][values][0][value]": "1",
            "[4][id]": "7005", "[4][values][0][value]": "12.5",
        },
        types,
    )  # fmt: skip
    assert told == api


def test_a_webhook_without_fields_says_nothing_of_them() -> None:
    assert of_webhook({}, {}) is None
    assert of_webhook({"[0][id]": "x", "[0][values][0][value]": "1"}, {}) is None
    assert from_webhook({}, {}).tags is None
    assert from_webhook({"[tags][0][id]": "x", "[tags][0][name]": "а"}, {}).tags is None


def test_tags_by_number() -> None:
    told = [NamedJson(12, "б"), NamedJson("11", "а"), NamedJson(None, "ничей")]
    assert fields.tags(told) == (Tag(TagId(11), "а"), Tag(TagId(12), "б"))


@given(json_values, st.sampled_from(["", "text", "numeric", "checkbox", "date", "file"]))
def test_no_value_breaks_a_card(value: object, kind: str) -> None:
    """Whatever JSON holds becomes something that jsonb can hold."""
    found = fields.scalar(value, kind)
    assert "\0" not in str(found)
    assert msgspec.json.decode(msgspec.json.encode(found)) == found


def lead(**changed: Any) -> Lead:
    told = {
        "id": 1, "status_id": 1, "pipeline_id": 1, "created_at": AT, "updated_at": AT, **changed,
    }  # fmt: skip
    page = parse.page(
        "leads", read_page(msgspec.json.encode({"_embedded": {"leads": [told]}}), "leads").items
    )
    (found,) = page.changes.leads
    return found


def test_where_a_lead_came_from() -> None:
    assert lead(source_id=81).came_from == LeadSourceId(81)
    assert lead(_embedded={"source": {"id": 82, "name": "API"}}).came_from == LeadSourceId(82)
    assert lead(_embedded={"source": []}).came_from is None
    assert lead(source_id=None, loss_reason_id=0).loss_reason is None
    assert lead(labor_cost="60", closest_task_at=0).labour_seconds == 60
