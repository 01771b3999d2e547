from typing import Any

import pytest

from tests.amocrm_emulator.place import (
    FIRST,
    LOST,
    NOON,
    REPAIR,
    SALES,
    SERVICE,
    TALKS,
    TOKEN_OF_ANNA,
    WON,
    Place,
)

pytestmark = pytest.mark.anyio
PATH = "/leads/pipelines"
NEW = {
    "name": "Опт",
    "sort": 5,
    "is_main": False,
    "is_unsorted_on": True,
    "_embedded": {
        "statuses": [
            {"name": "Заявка", "sort": 30, "color": "#fffeb2"},
            {"name": "Разбор", "sort": 20, "color": "#ccc8f9"},
            {"id": WON, "name": "Куплено"},
        ]
    },
}


async def add(at: Place, **change: Any) -> dict[str, Any]:
    answer = await at.call("POST", PATH, [NEW | change])
    made: dict[str, Any] = answer["_embedded"]["pipelines"][0]
    return made


async def test_a_new_pipeline_is_answered_whole(at: Place) -> None:
    made = await add(at, request_id="r")
    assert (made["name"], made["sort"], made["is_main"], made["request_id"]) == (
        "Опт",
        5,
        False,
        "r",
    )
    stages = made["_embedded"]["statuses"]
    assert [stage["name"] for stage in stages] == [
        "Неразобранное",
        "Разбор",
        "Заявка",
        "Куплено",
        "Закрыто и не реализовано",
    ]
    assert stages[-2]["id"] == WON
    assert stages[-1]["id"] == LOST
    lead = (await at.call("POST", "/leads", [{"pipeline_id": made["id"]}]))["_embedded"]["leads"][0]
    found = await at.call("GET", f"/leads/{lead['id']}")
    assert found["status_id"] == stages[1]["id"], "a lead begins in the first stage"


async def test_one_pipeline_is_the_main_one(at: Place) -> None:
    made = await add(at, is_main=True)
    found = (await at.call("GET", PATH))["_embedded"]["pipelines"]
    assert [row["id"] for row in found if row["is_main"]] == [made["id"]]
    await at.call("PATCH", f"{PATH}/{SALES}", {"is_main": True, "name": "Розница"})
    sales = await at.call("GET", f"{PATH}/{SALES}")
    assert (sales["is_main"], sales["name"]) == (True, "Розница")


async def test_a_pipeline_goes_when_nothing_is_in_it(at: Place) -> None:
    at.lead(pipeline_id=SALES)
    assert (await at.answer("DELETE", f"{PATH}/{SALES}")).status_code == 400
    assert (await at.answer("DELETE", f"{PATH}/{SERVICE}")).status_code == 204
    assert (await at.answer("GET", f"{PATH}/{SERVICE}")).status_code == 404
    assert (await at.answer("DELETE", f"{PATH}/{SALES}")).status_code == 400, "the last one"


async def test_stages_are_added_changed_and_removed(at: Place) -> None:
    path = f"{PATH}/{SALES}/statuses"
    new = {
        "name": "Замер",
        "sort": 25,
        "color": "#fffeb2",
        "descriptions": [{"level": "newbie", "description": "Позвоните"}],
    }
    made = (await at.call("POST", path, [new]))["_embedded"]["statuses"][0]
    assert await at.ids(path, "statuses") == [SALES * 100, FIRST, made["id"], TALKS, WON, LOST]
    one = await at.call("GET", f"{path}/{made['id']}?with=descriptions")
    assert one["descriptions"][0]["description"] == "Позвоните"
    changed = await at.call("PATCH", f"{path}/{made['id']}", {"name": "Выезд", "sort": 500})
    assert changed["name"] == "Выезд"
    assert (await at.ids(path, "statuses"))[3] == made["id"]
    won = await at.call("PATCH", f"{path}/{WON}", {"name": "Победа"})
    assert (won["name"], won["is_editable"]) == ("Победа", False)


async def test_leads_of_a_removed_stage_go_to_the_first_one(at: Place) -> None:
    lead = at.lead(status_id=TALKS)
    at.clock.advance(9)
    assert (await at.answer("DELETE", f"{PATH}/{SALES}/statuses/{TALKS}")).status_code == 204
    found = await at.call("GET", f"/leads/{lead}")
    assert (found["status_id"], found["updated_at"]) == (FIRST, NOON + 9)
    assert at.events()[-1][0] == "lead_status_changed"
    for stage in (FIRST, WON, SALES * 100):
        answer = await at.answer("DELETE", f"{PATH}/{SALES}/statuses/{stage}")
        assert answer.status_code == 400
    assert (await at.answer("DELETE", f"{PATH}/{SALES}/statuses/{REPAIR}")).status_code == 404


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"name": ""}, "name"),
        ({"sort": "x"}, "sort"),
        ({"is_main": None}, "is_main"),
        (
            {"_embedded": {"statuses": [{"name": "x", "color": "#000000"}]}},
            "_embedded.statuses.0.color",
        ),
        ({"_embedded": {"statuses": [{}]}}, "_embedded.statuses.0.name"),
        (
            {"_embedded": {"statuses": [{"name": "x", "descriptions": [{"level": "boss"}]}]}},
            "_embedded.statuses.0.descriptions.0.level",
        ),
        ({"_embedded": {"statuses": [{"name": "x"}] * 98}}, "_embedded.statuses"),
    ],
)
async def test_a_bad_pipeline_is_refused(at: Place, change: dict[str, Any], where: str) -> None:
    answer = await at.answer("POST", PATH, [NEW | change])
    assert answer.status_code == 400
    assert answer.json()["validation-errors"][0]["errors"][0]["path"] == where


async def test_limits_and_rights(at: Place) -> None:
    assert (await at.answer("POST", PATH, [NEW] * 49)).status_code == 400
    for method, path in (
        ("POST", PATH),
        ("PATCH", f"{PATH}/{SALES}"),
        ("DELETE", f"{PATH}/{SERVICE}"),
        ("POST", f"{PATH}/{SALES}/statuses"),
        ("DELETE", f"{PATH}/{SALES}/statuses/{TALKS}"),
    ):
        assert (await at.answer(method, path, [NEW], token=TOKEN_OF_ANNA)).status_code == 403
