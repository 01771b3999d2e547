"""Cards and tasks, field by field: what each value of the API means in our words."""

from typing import Any

import msgspec
import pytest

from smena.connectors.amocrm.api.core.payload import EntityJson, TaskJson
from smena.connectors.amocrm.api.core.values import BadValue
from smena.connectors.amocrm.translation import cards
from smena.crm.model.entities import EntityKind

AT = 1_790_000_000
CARD: dict[str, Any] = {
    "id": 17,
    "name": "Поставка",
    "status_id": 71001,
    "pipeline_id": 700,
    "created_at": AT,
    "updated_at": AT,
}
TASK: dict[str, Any] = {"id": 8, "created_at": AT, "updated_at": AT, "complete_till": AT}


def card(**changed: Any) -> EntityJson:
    return msgspec.convert(CARD | changed, EntityJson)


def task(**changed: Any) -> TaskJson:
    return msgspec.convert(TASK | changed, TaskJson)


@pytest.mark.parametrize(
    ("json", "field", "expected"),
    [
        ({"responsible_user_id": 5}, "responsible", 5),
        ({"responsible_user_id": 0}, "responsible", None),
        ({"responsible_user_id": -1}, "responsible", None),
        ({}, "responsible", None),
        ({"price": ""}, "price", None),
        ({"price": 0}, "price", 0),
        ({"created_by": 0}, "created_by", 0),
        ({"updated_by": "7"}, "updated_by", 7),
        ({"closed_at": 0}, "closed_at", None),
        ({"is_deleted": 1}, "is_deleted", True),
        ({"loss_reason_id": 4}, "loss_reason", 4),
        ({"loss_reason_id": 0}, "loss_reason", None),
        ({"labor_cost": "60"}, "labour_seconds", 60),
        ({"closest_task_at": 0}, "next_task_at", None),
        ({"_embedded": []}, "contacts", None),
        ({"_embedded": {}}, "company", None),
        ({"_embedded": {"contacts": []}}, "contacts", ()),
        ({"_embedded": {"companies": []}}, "company", 0),
        ({"_embedded": {"companies": [{"id": 6}, {"id": 7}]}}, "company", 6),
        (
            {"_embedded": {"contacts": [{"id": 9}, {"id": 8, "is_main": True}, {"id": 7}]}},
            "contacts",
            (8, 7, 9),
        ),
        ({"source_id": 3}, "came_from", 3),
        ({"_embedded": {"source": {"id": 4}}}, "came_from", 4),
        ({"source_id": 3, "_embedded": {"source": {"id": 4}}}, "came_from", 3),
        ({"_embedded": {"source": []}}, "came_from", None),
    ],
)
def test_lead(json: dict[str, Any], field: str, expected: object) -> None:
    assert getattr(cards.lead(card(**json)), field) == expected


@pytest.mark.parametrize(
    "json",
    [{"id": 0}, {"pipeline_id": None}, {"status_id": 0}, {"created_at": None}, {"updated_at": ""}],
)
def test_a_lead_without_what_must_be_there(json: dict[str, Any]) -> None:
    with pytest.raises(BadValue):
        cards.lead(card(**json))


PHONES = [
    {"field_code": "PHONE", "values": [{"value": "+7000"}, {"value": ""}, {"value": 8800}]},
    {"field_code": "EMAIL", "values": [{"value": "a@example.com"}, {"value": ["x"]}]},
    {"field_code": None, "values": [{"value": "нет"}]},
    {"field_code": "PHONE", "values": None},
]


@pytest.mark.parametrize(
    ("json", "field", "expected"),
    [
        ({"custom_fields_values": PHONES}, "phones", ("+7000", "8800")),
        ({"custom_fields_values": PHONES}, "emails", ("a@example.com",)),
        ({"custom_fields_values": None}, "phones", ()),
        ({"_embedded": {"companies": [{"id": 6}]}}, "company", 6),
        ({"is_deleted": True}, "is_deleted", True),
        ({"name": None}, "name", ""),
    ],
)
def test_contact(json: dict[str, Any], field: str, expected: object) -> None:
    assert getattr(cards.contact(card(**json)), field) == expected


def test_company() -> None:
    found = cards.company(card(responsible_user_id="5", is_deleted="1"))
    assert (found.id, found.name, found.responsible, found.is_deleted) == (17, "Поставка", 5, True)


@pytest.mark.parametrize(
    ("json", "field", "expected"),
    [
        ({"entity_type": "leads", "entity_id": 4}, "entity_kind", EntityKind.LEAD),
        ({"entity_type": "leads", "entity_id": 4}, "entity_id", 4),
        ({"entity_type": "leads", "entity_id": 0}, "entity_id", None),
        ({"entity_type": "planets", "entity_id": 4}, "entity_kind", None),
        ({"entity_type": "planets", "entity_id": 4}, "entity_id", None),
        ({"entity_type": None, "entity_id": 4}, "entity_id", None),
        ({"duration": None}, "duration_seconds", 0),
        ({"duration": 1800}, "duration_seconds", 1800),
        ({"is_completed": "1"}, "is_completed", True),
        ({"result": {"text": "Договорились"}}, "result", "Договорились"),
        ({"result": []}, "result", ""),
        ({"task_type_id": None}, "type_id", 0),
    ],
)
def test_task(json: dict[str, Any], field: str, expected: object) -> None:
    assert getattr(cards.task(task(**json)), field) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ({"id": 4, "name": "Сайт"}, (4, "Сайт")),
        ({"id": "4", "name": "я" * 301}, (4, "я" * 300)),
        ({"id": 4, "name": ""}, None),
        ({"id": 0, "name": "Сайт"}, None),
        ([], None),
        (None, None),
    ],
)
def test_source_name(source: object, expected: tuple[int, str] | None) -> None:
    assert cards.source_name(card(_embedded={"source": source})) == expected
    assert cards.source_name(card(_embedded=[])) is None
