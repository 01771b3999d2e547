from typing import Any

import pytest

from tests.amocrm_emulator.place import (
    AREA,
    BIRTHDAY,
    BLUE,
    CITY,
    COLOUR,
    FIRST,
    LOAN,
    NEEDS,
    NOON,
    PLACE,
    RED,
    REQUISITES,
    SALES,
    SEEN_AT,
    TOKEN_OF_ANNA,
    Place,
)

pytestmark = pytest.mark.anyio


async def test_the_directory_of_leads(at: Place) -> None:
    found = await at.call("GET", "/leads/custom_fields?limit=250&order[id]=asc")
    fields = {field["id"]: field for field in found["_embedded"]["custom_fields"]}
    assert fields[CITY]["type"] == "text"
    assert fields[CITY]["enums"] is None
    assert fields[COLOUR]["enums"][0] == {"id": RED, "value": "красный", "sort": 0, "code": None}
    utm = next(f for f in fields.values() if f["code"] == "UTM_SOURCE")
    assert (utm["type"], utm["is_predefined"], utm["is_deletable"]) == (
        "tracking_data",
        True,
        False,
    )
    assert found["_total_items"] == len(fields) == 19
    assert found["_page_count"] == 1


async def test_pages_of_the_directory_tell_the_last_one(at: Place) -> None:
    first = await at.call("GET", "/leads/custom_fields?limit=10")
    assert (first["_total_items"], first["_page_count"]) == (19, 2)
    assert "page=2" in first["_links"]["last"]["href"]
    second = await at.call("GET", first["_links"]["next"]["href"])
    assert len(second["_embedded"]["custom_fields"]) == 9
    assert "next" not in second["_links"]
    assert await at.call("GET", "/leads/custom_fields?limit=10&page=3") is None


async def test_directories_by_type_and_kind(at: Place) -> None:
    assert await at.ids("/leads/custom_fields?filter[type][]=select", "custom_fields") == [COLOUR]
    assert await at.ids("/contacts/custom_fields?filter[type]=multitext", "custom_fields") == [
        1001,
        1002,
        1004,
    ]
    assert await at.call("GET", "/customers/custom_fields") is None
    assert (await at.answer("GET", "/tasks/custom_fields")).status_code == 404


async def test_a_field_is_added_changed_and_removed(at: Place) -> None:
    place = [{"pipeline_id": SALES, "status_id": FIRST}]
    new = {
        "name": "Этаж",
        "type": "select",
        "code": "FLOOR",
        "required_statuses": place,
        "enums": [{"value": "1", "sort": 1}, {"value": "2", "sort": 2}],
    }
    answer = await at.answer("POST", "/leads/custom_fields", [new])
    assert answer.status_code == 201
    (made,) = answer.json()["_embedded"]["custom_fields"]
    assert made["request_id"] == "0"
    assert made["required_statuses"] == place
    number, kept = made["id"], made["enums"][1]
    changed = await at.call(
        "PATCH",
        f"/leads/custom_fields/{number}",
        {"name": "Этажность", "enums": [kept, {"value": "3"}]},
    )
    assert changed["name"] == "Этажность"
    assert [enum["value"] for enum in changed["enums"]] == ["2", "3"]
    assert changed["enums"][0]["id"] == kept["id"]
    lead = at.lead()
    value = {"field_code": "FLOOR", "values": [{"value": "2"}]}
    await at.call("PATCH", f"/leads/{lead}", {"custom_fields_values": [value]})
    assert (await at.answer("DELETE", f"/leads/custom_fields/{number}")).status_code == 204
    assert (await at.answer("GET", f"/leads/custom_fields/{number}")).status_code == 404
    assert (await at.call("GET", f"/leads/{lead}"))["custom_fields_values"] is None


@pytest.mark.parametrize(
    ("path", "item", "where"),
    [
        ("/leads", {"type": "text"}, "name"),
        ("/leads", {"name": "x"}, "type"),
        ("/leads", {"name": "x", "type": "colour"}, "type"),
        ("/leads", {"name": "x", "type": "multitext"}, "type"),
        ("/companies", {"name": "x", "type": "chained_list"}, "type"),
        ("/leads", {"name": "x", "type": "select"}, "enums"),
        ("/leads", {"name": "x", "type": "select", "enums": [{}]}, "enums.0.value"),
        ("/leads", {"name": "x", "type": "text", "group_id": "none"}, "group_id"),
        ("/contacts", {"name": "x", "type": "birthday", "remind": "hourly"}, "remind"),
        (
            "/leads",
            {"name": "x", "type": "text", "required_statuses": [{"status_id": 1}]},
            "required_statuses.0.status_id",
        ),
        ("/leads", {"name": "x", "type": "text", "hidden_statuses": 5}, "hidden_statuses"),
    ],
)
async def test_a_bad_field_is_refused(
    at: Place, path: str, item: dict[str, Any], where: str
) -> None:
    answer = await at.answer("POST", f"{path}/custom_fields", [item])
    assert answer.status_code == 400
    errors = answer.json()["validation-errors"][0]["errors"]
    assert where in [error["path"] for error in errors]


async def test_only_administrators_write_the_directory(at: Place) -> None:
    item = [{"name": "x", "type": "text"}]
    refused = await at.answer("POST", "/leads/custom_fields", item, token=TOKEN_OF_ANNA)
    assert refused.status_code == 403
    refused = await at.answer("DELETE", f"/leads/custom_fields/{CITY}", token=TOKEN_OF_ANNA)
    assert refused.status_code == 403
    assert (await at.answer("GET", "/leads/custom_fields", token=TOKEN_OF_ANNA)).status_code == 200
    assert (await at.answer("DELETE", "/contacts/custom_fields/1001")).status_code == 400


async def test_values_of_all_types_in_a_card(at: Place) -> None:
    lead = at.lead()
    given = [
        {"field_id": COLOUR, "values": [{"value": "синий"}]},
        {"field_id": SEEN_AT, "values": [{"value": NOON}]},
        {"field_id": AREA, "values": [{"value": 12.5}]},
        {"field_id": LOAN, "values": [{"value": True}]},
        {"field_id": NEEDS, "values": [{"value": "окна"}, {"value": "двери"}]},
        {"field_id": PLACE, "values": [{"value": "Тула", "enum_id": 3}]},
    ]
    await at.call("PATCH", f"/leads/{lead}", {"custom_fields_values": given})
    fields = {
        f["field_id"]: f for f in (await at.call("GET", f"/leads/{lead}"))["custom_fields_values"]
    }
    assert fields[COLOUR] == {
        "field_id": COLOUR,
        "field_name": "Цвет",
        "field_code": None,
        "field_type": "select",
        "is_computed": False,
        "values": [{"value": "синий", "enum_id": BLUE, "enum_code": None}],
    }
    assert fields[SEEN_AT]["values"] == [{"value": NOON}]
    assert fields[AREA]["values"] == [{"value": "12.5"}]
    assert fields[LOAN]["values"] == [{"value": True}]
    assert [value["value"] for value in fields[NEEDS]["values"]] == ["окна", "двери"]
    assert fields[PLACE]["values"] == [{"value": "Тула", "enum_id": 3, "enum_code": "city"}]


async def test_several_values_are_several_elements_of_an_event(at: Place) -> None:
    lead = at.lead()
    at.clock.advance(5)
    given = [{"field_id": NEEDS, "values": [{"value": "окна"}, {"value": "двери"}]}]
    await at.call("PATCH", f"/leads/{lead}", {"custom_fields_values": given})
    found = await at.call("GET", f"/events?filter[created_at]={NOON + 5}")
    (event,) = found["_embedded"]["events"]
    assert event["type"] == "custom_field_value_changed"
    assert event["value_after"] == [
        {
            "custom_field_value": {
                "field_id": NEEDS,
                "field_type": 5,
                "enum_id": NEEDS * 100 + n,
                "text": text,
            }
        }
        for n, text in ((1, "окна"), (2, "двери"))
    ]


@pytest.mark.parametrize(
    ("field", "where"),
    [
        ({"field_id": 1, "values": [{"value": "x"}]}, "custom_fields_values.0.field_id"),
        ({"field_code": "NONE", "values": []}, "custom_fields_values.0.field_code"),
        (
            {"field_id": COLOUR, "values": [{"enum_id": 5}]},
            "custom_fields_values.0.values.0.enum_id",
        ),
        ({"field_id": AREA, "values": [{"value": "x"}]}, "custom_fields_values.0.values.0.value"),
    ],
)
async def test_bad_values_refuse_the_batch(at: Place, field: Any, where: str) -> None:
    answer = await at.answer("POST", "/leads", [{"name": "a"}, {"custom_fields_values": [field]}])
    assert answer.status_code == 400
    (told,) = answer.json()["validation-errors"]
    assert told["request_id"] == "1"
    assert [error["path"] for error in told["errors"]] == [where]
    assert await at.call("GET", "/leads") is None, "nothing of the batch was written"


async def test_other_kinds_have_their_own_fields(at: Place) -> None:
    born = {"field_id": BIRTHDAY, "values": [{"value": "1990-05-01T00:00:00+00:00"}]}
    legal = {"field_id": REQUISITES, "values": [{"value": {"name": "ООО", "entity_type": 2}}]}
    phone = {"field_code": "PHONE", "values": [{"value": "+7900", "enum_code": "MOB"}]}
    contact = await at.call("POST", "/contacts", [{"custom_fields_values": [born, phone]}])
    company = await at.call("POST", "/companies", [{"custom_fields_values": [legal, phone]}])
    one = await at.call("GET", f"/contacts/{contact['_embedded']['contacts'][0]['id']}")
    two = await at.call("GET", f"/companies/{company['_embedded']['companies'][0]['id']}")
    assert [f["values"] for f in one["custom_fields_values"]] == [
        [{"value": 641520000}],
        [{"value": "+7900", "enum_id": 2003, "enum_code": "MOB"}],
    ]
    assert [f["field_id"] for f in two["custom_fields_values"]] == [REQUISITES, 1011]


async def test_groups_of_fields(at: Place) -> None:
    path = "/leads/custom_fields/groups"
    answer = await at.answer("POST", path, [{"name": "Замер", "sort": 3, "fields": [CITY]}])
    assert answer.status_code == 201
    (made,) = answer.json()["_embedded"]["custom_field_groups"]
    assert made["fields"] == [CITY]
    field = await at.call("GET", f"/leads/custom_fields/{CITY}")
    assert field["group_id"] == made["id"]
    assert isinstance(made["id"], str)
    renamed = await at.call("PATCH", f"{path}/{made['id']}", {"name": "Выезд"})
    assert (renamed["name"], renamed["sort"]) == ("Выезд", 3)
    assert await at.ids(path, "custom_field_groups") == ["default", "statistic", made["id"]]
    assert (await at.answer("DELETE", f"{path}/{made['id']}")).status_code == 204
    assert (await at.answer("GET", f"{path}/{made['id']}")).status_code == 404
    assert (await at.call("GET", f"/leads/custom_fields/{CITY}"))["group_id"] is None
    assert (await at.answer("DELETE", f"{path}/default")).status_code == 400
