"""What is refused: the answer, and that nothing of the batch was written."""

from typing import Any

import pytest

from tests.amocrm_emulator.place import FIRST, GONE, NOON, REPAIR, SALES, Place

pytestmark = pytest.mark.anyio
NO_CHOICE = "NotSupportedChoice"


@pytest.mark.parametrize(
    ("path", "item", "code", "place"),
    [
        ("/leads", {"responsible_user_id": 5}, NO_CHOICE, "responsible_user_id"),
        ("/leads", {"responsible_user_id": GONE}, NO_CHOICE, "responsible_user_id"),
        ("/leads", {"responsible_user_id": [5]}, "InvalidType", "responsible_user_id"),
        ("/leads", {"price": "5"}, "InvalidType", "price"),
        ("/leads", {"price": True}, "InvalidType", "price"),
        ("/leads", {"name": 5}, "InvalidType", "name"),
        ("/leads", {"pipeline_id": 5}, NO_CHOICE, "pipeline_id"),
        ("/leads", {"status_id": 5}, NO_CHOICE, "status_id"),
        ("/leads", {"pipeline_id": SALES, "status_id": REPAIR}, NO_CHOICE, "status_id"),
        ("/leads", {"custom_fields_values": {}}, "InvalidType", "custom_fields_values"),
        (
            "/leads",
            {"custom_fields_values": [{"values": []}]},
            NO_CHOICE,
            "custom_fields_values.0.field_id",
        ),
        (
            "/leads",
            {"_embedded": {"contacts": [{"id": 5}]}},
            NO_CHOICE,
            "_embedded.contacts.0.id",
        ),
        ("/contacts", {"responsible_user_id": 5}, NO_CHOICE, "responsible_user_id"),
        ("/companies", {"name": []}, "InvalidType", "name"),
        ("/tasks", {"text": "Позвонить"}, "FieldMissing", "complete_till"),
        ("/tasks", {"complete_till": NOON}, "FieldMissing", "text"),
        ("/tasks", {"text": "", "complete_till": NOON}, "FieldMissing", "text"),
        ("/tasks", {"text": "т", "complete_till": "x"}, "InvalidType", "complete_till"),
        (
            "/tasks",
            {"text": "т", "complete_till": 1, "entity_id": 5, "entity_type": "leads"},
            NO_CHOICE,
            "entity_id",
        ),
        ("/tasks", {"text": "т", "complete_till": 1, "task_type_id": 9}, NO_CHOICE, "task_type_id"),
        ("/leads/notes", {"note_type": "common", "params": {}}, "FieldMissing", "entity_id"),
        (
            "/leads/notes",
            {"entity_id": 5, "note_type": "common", "params": {"text": "т"}},
            NO_CHOICE,
            "entity_id",
        ),
        ("/calls", {"direction": "inbound"}, "FieldMissing", "duration"),
        (
            "/calls",
            {"direction": "up", "duration": 1, "source": "s", "phone": "1"},
            NO_CHOICE,
            "direction",
        ),
    ],
)
async def test_a_bad_item_refuses_the_batch(
    at: Place, path: str, item: dict[str, Any], code: str, place: str
) -> None:
    good = {"text": "Позвонить", "complete_till": NOON + 60}
    answer = await at.answer("POST", path, [good, item | {"request_id": "bad"}])
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("application/problem+json")
    found = answer.json()
    assert (found["title"], found["detail"]) == ("Bad Request", "Request validation failed")
    told = {one["request_id"]: one["errors"] for one in found["validation-errors"]}
    assert (code, place) in [(error["code"], error["path"]) for error in told["bad"]]
    assert at.events() == []
    assert at.crm.store.rows("SELECT id FROM entity") == []


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"name": "Окна"}, id="an object"),
        pytest.param([], id="an empty array"),
        pytest.param([1], id="not objects"),
        pytest.param([{}] * 251, id="too many"),
        pytest.param(None, id="nothing"),
    ],
)
async def test_not_a_batch(at: Place, body: Any) -> None:
    for path in ("/leads", "/contacts", "/tasks", "/leads/notes", "/calls"):
        assert (await at.answer("POST", path, body)).status_code == 400


async def test_the_largest_batch(at: Place) -> None:
    found = await at.call("POST", "/leads", [{}] * 250)
    assert len(found["_embedded"]["leads"]) == 250


@pytest.mark.parametrize("path", ["/leads", "/contacts", "/companies", "/tasks", "/leads/notes"])
async def test_changing_what_is_not_there(at: Place, path: str) -> None:
    kept = at.lead()
    answer = await at.answer("PATCH", path, [{"id": 5, "name": "x", "request_id": "r"}])
    assert answer.status_code == 400
    (told,) = answer.json()["validation-errors"]
    assert (told["request_id"], told["errors"][0]["path"]) == ("r", "id")
    assert (await at.answer("PATCH", f"{path}/5", {})).status_code == 400
    assert (await at.call("GET", f"/leads/{kept}"))["status_id"] == FIRST


async def test_one_bad_change_changes_nothing(at: Place) -> None:
    number = at.lead(name="Окна")
    items = [{"id": number, "name": "Двери"}, {"id": number, "status_id": REPAIR}]
    assert (await at.answer("PATCH", "/leads", items)).status_code == 400
    assert (await at.call("GET", f"/leads/{number}"))["name"] == "Окна"


async def test_some_accounts_refuse_a_bad_item_alone(at: Place) -> None:
    await at.call("POST", "/control/switches", {"refuses_items": True})
    batch = [{"name": "a", "request_id": "good"}, {"status_id": 5, "request_id": "bad"}]
    answer = await at.call("POST", "/leads", batch)
    assert [row["request_id"] for row in answer["_embedded"]["leads"]] == ["good"]
    assert [row["request_id"] for row in answer["validation-errors"]] == ["bad"]
    assert (await at.answer("POST", "/leads", batch[1:])).status_code == 400
    lead = answer["_embedded"]["leads"][0]["id"]
    changed = await at.call("PATCH", "/leads", [{"id": lead, "price": 5}, {"id": 1}])
    assert [row["id"] for row in changed["_embedded"]["leads"]] == [lead]


async def test_a_known_customer_is_not_added_twice(at: Place) -> None:
    known = at.contact(phone="+7 900 123-45-67")
    await at.call("POST", "/control/switches", {"merges_duplicates": True})
    phone = {"field_code": "PHONE", "values": [{"value": "89001234567"}]}
    item = {"name": "Окна", "_embedded": {"contacts": [{"custom_fields_values": [phone]}]}}
    (row,) = await at.call("POST", "/leads/complex", [item])
    assert (row["contact_id"], row["merged"]) == (known, True)
    await at.call("POST", "/control/switches", {"merges_duplicates": False})
    (row,) = await at.call("POST", "/leads/complex", [item])
    assert (row["contact_id"] == known, row["merged"]) == (False, False)


@pytest.mark.parametrize(
    ("note_type", "params", "where"),
    [
        ("sms_in", {"text": "x"}, "params.phone"),
        ("geolocation", {"longitude": "1", "latitude": "2"}, "params.text"),
        ("message_cashier", {"text": "x"}, "params.status"),
        ("service_message", {"service": "x"}, "params.text"),
    ],
)
async def test_a_note_lacks_something(at: Place, note_type: str, params: Any, where: str) -> None:
    item = {"entity_id": at.lead(), "note_type": note_type, "params": params}
    answer = await at.answer("POST", "/leads/notes", [item])
    assert answer.json()["validation-errors"][0]["errors"][0]["path"] == where
