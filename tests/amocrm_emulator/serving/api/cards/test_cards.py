from typing import Any

import pytest

from tests.amocrm_emulator.place import (
    ACCOUNT,
    ANNA,
    BORIS,
    BOSS,
    FIRST,
    GONE,
    LOST,
    NOON,
    REPAIR,
    SALES,
    SERVICE,
    TALKS,
    WON,
    Place,
)

pytestmark = pytest.mark.anyio
PHONE = {"field_code": "PHONE", "values": [{"value": "+79001234567", "enum_code": "MOB"}]}


async def test_a_new_lead(at: Place) -> None:
    answer = await at.call("POST", "/leads", [{"name": "Окна", "price": 5, "request_id": "r1"}, {}])
    first, second = answer["_embedded"]["leads"]
    assert first["request_id"] == "r1"
    assert second["request_id"] == "1"
    assert first.keys() == {"id", "request_id", "_links"}
    lead = await at.call("GET", f"/leads/{first['id']}")
    assert lead == {
        "id": first["id"],
        "name": "Окна",
        "price": 5,
        "responsible_user_id": BOSS,
        "group_id": 0,
        "status_id": FIRST,
        "pipeline_id": SALES,
        "loss_reason_id": None,
        "source_id": None,
        "created_by": BOSS,
        "updated_by": BOSS,
        "created_at": NOON,
        "updated_at": NOON,
        "closed_at": None,
        "closest_task_at": None,
        "is_deleted": False,
        "custom_fields_values": None,
        "score": None,
        "account_id": ACCOUNT,
        "labor_cost": None,
        "_links": {"self": {"href": f"{at.emulator.url}/api/v4/leads/{first['id']}"}},
        "_embedded": {"tags": [], "companies": []},
    }
    nameless = await at.call("GET", f"/leads/{second['id']}")
    assert nameless["name"] == f"Сделка #{second['id']}"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"responsible_user_id": ANNA}, {"responsible_user_id": ANNA, "group_id": 501}),
        ({"created_by": 0}, {"created_by": 0, "responsible_user_id": BOSS}),
        ({"status_id": TALKS}, {"status_id": TALKS, "pipeline_id": SALES}),
        ({"status_id": REPAIR}, {"status_id": REPAIR, "pipeline_id": SERVICE}),
        ({"pipeline_id": SERVICE}, {"status_id": REPAIR, "pipeline_id": SERVICE}),
        ({"status_id": WON}, {"pipeline_id": SALES, "closed_at": NOON}),
        ({"status_id": LOST, "loss_reason_id": 2}, {"loss_reason_id": 2}),
        ({"created_at": NOON - 9}, {"created_at": NOON - 9, "updated_at": NOON}),
    ],
)
async def test_fields_of_a_new_lead(
    at: Place, given: dict[str, Any], expected: dict[str, Any]
) -> None:
    answer = await at.call("POST", "/leads", [given])
    lead = await at.call("GET", f"/leads/{answer['_embedded']['leads'][0]['id']}")
    assert {name: lead[name] for name in expected} == expected


async def test_a_lead_with_its_cards(at: Place) -> None:
    one, main = at.contact("Один"), at.contact("Главный")
    company = at.crm.cards.add_company(BOSS, NOON, "Ромашка")
    embedded = {
        "contacts": [{"id": one}, {"id": main, "is_main": True}],
        "companies": [{"id": company}],
        "tags": [{"name": "сайт"}],
    }
    answer = await at.call("POST", "/leads", [{"name": "Окна", "_embedded": embedded}])
    number = answer["_embedded"]["leads"][0]["id"]
    lead = await at.call("GET", f"/leads/{number}?with=contacts,loss_reason,catalog_elements")
    assert [(row["id"], row["is_main"]) for row in lead["_embedded"]["contacts"]] == [
        (main, True),
        (one, False),
    ]
    assert [row["id"] for row in lead["_embedded"]["companies"]] == [company]
    assert lead["_embedded"]["tags"] == [{"id": 11, "name": "сайт", "color": None}]
    assert lead["_embedded"]["loss_reason"] == lead["_embedded"]["catalog_elements"] == []
    contact = await at.call("GET", f"/contacts/{main}?with=leads")
    assert [row["id"] for row in contact["_embedded"]["leads"]] == [number]
    found = await at.call("GET", f"/companies/{company}?with=leads,contacts")
    assert [row["id"] for row in found["_embedded"]["leads"]] == [number]
    assert "companies" not in found["_embedded"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"name": "Двери"}, {"name": "Двери", "status_id": FIRST, "price": 10}),
        ({"price": 7}, {"price": 7, "updated_by": BOSS, "updated_at": NOON + 60}),
        ({"status_id": WON}, {"status_id": WON, "closed_at": NOON + 60}),
        ({"pipeline_id": SERVICE, "status_id": REPAIR}, {"pipeline_id": SERVICE}),
        ({"pipeline_id": SERVICE}, {"pipeline_id": SERVICE, "status_id": REPAIR}),
        ({"responsible_user_id": BORIS}, {"responsible_user_id": BORIS, "group_id": 501}),
    ],
)
@pytest.mark.parametrize("form", ["single", "batch"])
async def test_changes_of_a_lead(
    at: Place, given: dict[str, Any], expected: dict[str, Any], form: str
) -> None:
    number = at.lead(price=10)
    at.clock.advance(60)
    if form == "single":
        row = await at.call("PATCH", f"/leads/{number}", given)
    else:
        answer = await at.call("PATCH", "/leads", [given | {"id": number}])
        (row,) = answer["_embedded"]["leads"]
    assert row.keys() == {"id", "updated_at", "_links"}
    lead = await at.call("GET", f"/leads/{number}")
    assert {name: lead[name] for name in expected} == expected


@pytest.mark.parametrize("path", ["/leads", "/leads/complex"])
async def test_a_reason_of_losing_needs_a_lost_lead(at: Place, path: str) -> None:
    """PHP#88: in a form of errors of its own."""
    answer = await at.answer("POST", path, [{"name": "Окна", "loss_reason_id": 2}])
    told = {"0": "Loss reason can be specified only for lost lead"}
    assert (answer.status_code, answer.json()["errors"]) == (400, told)
    assert await at.ids("/leads", "leads") == []


@pytest.mark.parametrize(
    ("given", "is_good"),
    [
        ({"loss_reason_id": 2}, False),
        ({"loss_reason_id": None}, True),
        ({"loss_reason_id": 2, "status_id": WON}, False),
        ({"loss_reason_id": 2, "status_id": LOST}, True),
    ],
)
@pytest.mark.parametrize("form", ["single", "batch"])
async def test_a_reason_given_to_an_open_lead(
    at: Place, given: dict[str, Any], form: str, *, is_good: bool
) -> None:
    number = at.lead()
    if form == "single":
        answer = await at.answer("PATCH", f"/leads/{number}", given)
    else:
        answer = await at.answer("PATCH", "/leads", [given | {"id": number}])
    assert answer.status_code == (200 if is_good else 400)
    if not is_good:
        assert answer.json()["detail"] == "Invalid request body"
        assert list(answer.json()["errors"]) == [str(number)]


async def test_the_reason_of_a_lost_lead_changes_without_its_stage(at: Place) -> None:
    number = at.lead(status_id=LOST, loss_reason_id=1)
    await at.call("PATCH", f"/leads/{number}", {"loss_reason_id": 2})
    assert (await at.call("GET", f"/leads/{number}"))["loss_reason_id"] == 2


@pytest.mark.parametrize("author", [GONE, 5])
@pytest.mark.parametrize("name", ["created_by", "updated_by"])
async def test_an_author_who_does_not_work_here(at: Place, name: str, author: int) -> None:
    """PHP#220: a card is not written in the name of somebody who was shut out."""
    lead = at.lead()
    task = {"text": "Позвонить", "complete_till": NOON + 60}
    note = {"note_type": "common", "params": {"text": "да"}, "entity_id": lead}
    for method, path, item in (
        ("POST", "/leads", {}),
        ("PATCH", "/leads", {"id": lead}),
        ("POST", "/contacts", {}),
        ("POST", "/tasks", task),
        ("POST", "/leads/notes", note),
    ):
        answer = await at.answer(method, path, [item | {name: author}])
        assert answer.status_code == 400, path
        (error,) = answer.json()["validation-errors"][0]["errors"]
        assert (error["code"], error["path"]) == ("NotSupportedChoice", name)


async def test_a_kind_of_phone_is_not_named_by_enum(at: Place) -> None:
    """PHP#4: reads of old showed it so."""
    phone = {"field_code": "PHONE", "values": [{"value": "+7", "enum": "WORK"}]}
    answer = await at.answer("POST", "/contacts", [{"custom_fields_values": [phone]}])
    assert answer.status_code == 400
    (error,) = answer.json()["validation-errors"][0]["errors"]
    told = ("FieldNotExpected", "custom_fields_values.0.values.0.enum")
    assert (error["code"], error["path"]) == told


async def test_a_reopened_lead(at: Place) -> None:
    number = at.lead(status_id=LOST, loss_reason_id=1)
    shown = await at.call("GET", f"/leads/{number}?with=loss_reason")
    assert shown["_embedded"]["loss_reason"] == [{"id": 1, "name": "Дорого"}]
    await at.call("PATCH", f"/leads/{number}", {"status_id": TALKS})
    lead = await at.call("GET", f"/leads/{number}")
    assert (lead["closed_at"], lead["loss_reason_id"]) == (None, None)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"tags_to_add": [{"name": "сайт"}, {"name": "vip"}]}, ["vip", "сайт", "старый"]),
        ({"tags_to_delete": [{"name": "старый"}]}, []),
        ({"tags_to_delete": [{"id": 11}], "tags_to_add": [{"name": "vip"}]}, ["vip"]),
        ({"_embedded": {"tags": [{"name": "vip"}]}}, ["vip"]),
        ({"_embedded": {"tags": None}}, []),
        ({"name": "Другое"}, ["старый"]),
    ],
)
async def test_tags(at: Place, given: dict[str, Any], expected: list[str]) -> None:
    answer = await at.call("POST", "/leads", [{"tags_to_add": [{"name": "старый"}]}])
    number = answer["_embedded"]["leads"][0]["id"]
    await at.call("PATCH", f"/leads/{number}", given)
    lead = await at.call("GET", f"/leads/{number}")
    assert sorted(tag["name"] for tag in lead["_embedded"]["tags"]) == expected


async def test_a_contact(at: Place) -> None:
    given = {"first_name": "Иван", "last_name": "Петров", "custom_fields_values": [PHONE]}
    answer = await at.call("POST", "/contacts", [given])
    number = answer["_embedded"]["contacts"][0]["id"]
    contact = await at.call("GET", f"/contacts/{number}")
    assert contact["name"] == "Иван Петров"
    (field,) = contact["custom_fields_values"]
    assert (field["field_code"], field["field_type"]) == ("PHONE", "multitext")
    (value,) = field["values"]
    assert (value["value"], value["enum_code"]) == ("+79001234567", "MOB")
    row = await at.call("PATCH", f"/contacts/{number}", {"last_name": "Сидоров"})
    assert row["name"] == "Иван Сидоров"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param([], ["+79001234567"], id="not mentioned, it stays"),
        pytest.param(
            [{"field_code": "PHONE", "values": [{"value": "+7111"}]}], ["+7111"], id="new"
        ),
        pytest.param([{"field_code": "PHONE", "values": None}], None, id="cleared by null"),
        pytest.param([{"field_code": "PHONE", "values": [{"value": ""}]}], None, id="by nothing"),
    ],
)
async def test_custom_fields(at: Place, given: Any, expected: list[str] | None) -> None:
    number = at.contact(phone="+79001234567")
    await at.call("PATCH", f"/contacts/{number}", {"custom_fields_values": given})
    fields = (await at.call("GET", f"/contacts/{number}"))["custom_fields_values"]
    found = fields and [value["value"] for value in fields[0]["values"]]
    assert found == expected


async def test_complex(at: Place) -> None:
    known = at.crm.cards.add_company(BOSS, NOON, "Ромашка")
    item = {
        "name": "Окна",
        "request_id": "r1",
        "_embedded": {
            "contacts": [{"name": "Иван", "custom_fields_values": [PHONE]}],
            "companies": [{"id": known}],
        },
    }
    (made,) = await at.call("POST", "/leads/complex", [item])
    assert made["request_id"] == ["r1"]
    assert (made["company_id"], made["merged"]) == (known, False)
    lead = await at.call("GET", f"/leads/{made['id']}?with=contacts")
    assert [row["id"] for row in lead["_embedded"]["contacts"]] == [made["contact_id"]]
    contact = await at.call("GET", f"/contacts/{made['contact_id']}")
    assert contact["custom_fields_values"][0]["values"][0]["value"] == "+79001234567"
    assert (await at.answer("POST", "/leads/complex", [{}] * 51)).status_code == 400


async def test_events_of_a_changed_lead(at: Place) -> None:
    number = at.lead(price=10, responsible_user_id=ANNA)
    at.clock.advance(5)
    fields = {
        "name": "Двери",
        "price": 20,
        "status_id": TALKS,
        "responsible_user_id": BORIS,
        "tags_to_add": [{"name": "сайт"}],
        "custom_fields_values": [{"field_id": 7001, "values": [{"value": "Тула"}]}],
    }
    await at.call("PATCH", f"/leads/{number}", fields)
    found = await at.call("GET", f"/events?filter[created_at]={NOON + 5}")
    told = {
        row["type"]: (row["value_before"], row["value_after"])
        for row in found["_embedded"]["events"]
    }
    city = {"field_id": 7001, "field_type": 1, "enum_id": None, "text": "Тула"}
    assert told == {
        "lead_status_changed": (
            [{"lead_status": {"id": FIRST, "pipeline_id": SALES}}],
            [{"lead_status": {"id": TALKS, "pipeline_id": SALES}}],
        ),
        "sale_field_changed": (
            [{"sale_field_value": {"sale": 10}}],
            [{"sale_field_value": {"sale": 20}}],
        ),
        "name_field_changed": (
            [{"name_field_value": {"name": "Поставка"}}],
            [{"name_field_value": {"name": "Двери"}}],
        ),
        "entity_responsible_changed": (
            [{"responsible_user": {"id": ANNA}}],
            [{"responsible_user": {"id": BORIS}}],
        ),
        "custom_field_value_changed": ([], [{"custom_field_value": city}]),
        "entity_tag_added": ([], [{"tag": {"name": "сайт"}}]),
    }
    assert {row["created_by"] for row in found["_embedded"]["events"]} == {BOSS}


async def test_a_change_that_changes_nothing_is_no_event(at: Place) -> None:
    number = at.lead(price=10)
    before = at.events()
    await at.call("PATCH", f"/leads/{number}", {"price": 10})
    assert at.events() == before
