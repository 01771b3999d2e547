from typing import Any

import pytest

from tests.amocrm_emulator.place import (
    ANNA,
    BLUE,
    BORIS,
    BOSS,
    CITY,
    COLOUR,
    FIRST,
    NOON,
    SALES,
    TALKS,
    WON,
    Place,
)

pytestmark = pytest.mark.anyio
STATUS = "filter[value_after][leads_statuses]"


async def history(at: Place) -> int:
    """Leave one event of several types, a second apart; return the lead."""
    lead = at.lead(name="Окна", price=10, status_id=FIRST, responsible_user_id=ANNA)
    for change in (
        {"status_id": TALKS},
        {"status_id": WON},
        {"price": 20},
        {"name": "Двери"},
        {"responsible_user_id": BORIS},
        {"custom_fields_values": [{"field_id": CITY, "values": [{"value": "Тула"}]}]},
        {"custom_fields_values": [{"field_id": COLOUR, "values": [{"enum_id": BLUE}]}]},
    ):
        at.clock.advance(1)
        await at.call("PATCH", f"/leads/{lead}", change)
    return lead


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (
            "filter[type]=sale_field_changed,name_field_changed",
            ["name_field_changed", "sale_field_changed"],
        ),
        (f"filter[type]=custom_field_{CITY}_value_changed", ["custom_field_value_changed"]),
        (f"filter[type][]=custom_field_{CITY + 90}_value_changed", []),
        (
            (
                f"filter[type]=custom_field_{COLOUR}_value_changed"
                f"&filter[value_after][custom_field_values]={BLUE},5"
            ),
            ["custom_field_value_changed"],
        ),
        (
            (
                f"filter[type]=custom_field_{COLOUR}_value_changed"
                "&filter[value_before][custom_field_values]=5"
            ),
            [],
        ),
        (f"{STATUS}[0][pipeline_id]={SALES}&{STATUS}[0][status_id]={WON}", ["lead_status_changed"]),
        (
            f"{STATUS}[0][status_id]={WON}&{STATUS}[1][status_id]={TALKS}",
            ["lead_status_changed", "lead_status_changed"],
        ),
        (f"filter[value_before][responsible_user_id]={ANNA},5", ["entity_responsible_changed"]),
        (f"filter[value_after][responsible_user_id]={ANNA}", []),
        ("filter[value_after][value]=20", ["sale_field_changed"]),
        ("filter[value_after][value]=Двери", ["name_field_changed"]),
        (
            f"filter[created_at][from]={NOON + 3}&filter[created_at][to]={NOON + 4}",
            ["name_field_changed", "sale_field_changed"],
        ),
        (f"filter[created_at]={NOON + 3},{NOON + 3}", ["sale_field_changed"]),
        (
            f"filter[created_by]={BOSS}&filter[created_at]={NOON + 7}",
            ["custom_field_value_changed"],
        ),
        ("filter[created_by][]=5", []),
        ("filter[entity]=contact", []),
    ],
)
async def test_filters(at: Place, query: str, expected: list[str]) -> None:
    await history(at)
    found = await at.call("GET", f"/events?{query}")
    assert [event["type"] for event in (found["_embedded"]["events"] if found else [])] == expected


@pytest.mark.parametrize(
    "query",
    [
        "filter[entity_id]=1",
        "filter[entity_id]=1&filter[entity][]=lead&filter[entity][]=contact",
        f"filter[type]=lead_added,custom_field_{CITY}_value_changed",
        "filter[created_by]=" + ",".join(map(str, range(11))),
    ],
)
async def test_impossible_filters_are_refused(at: Place, query: str) -> None:
    assert (await at.answer("GET", f"/events?{query}")).status_code == 400


async def test_one_card(at: Place) -> None:
    lead = await history(at)
    path = f"/events?filter[entity][]=lead&filter[entity_id][]={lead}"
    assert len((await at.call("GET", path))["_embedded"]["events"]) == 8


async def test_some_accounts_name_the_field_in_the_type(at: Place) -> None:
    await history(at)
    await at.call("POST", "/control/switches", {"names_fields": True})
    path = f"/events?filter[type]=custom_field_{CITY}_value_changed"
    (event,) = (await at.call("GET", path))["_embedded"]["events"]
    assert event["type"] == f"custom_field_{CITY}_value_changed"


async def test_names_of_cards(at: Place) -> None:
    lead = await history(at)
    at.crm.cards.delete(BOSS, NOON + 9, "leads", lead)
    found: dict[str, Any] = await at.call("GET", "/events?with=lead_name&filter[type]=lead_deleted")
    (event,) = found["_embedded"]["events"]
    assert event["_embedded"]["entity"]["name"] == "Двери"
