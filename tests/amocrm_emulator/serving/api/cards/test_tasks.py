from typing import Any

import pytest

from tests.amocrm_emulator.place import ACCOUNT, ANNA, BORIS, BOSS, NOON, Place

pytestmark = pytest.mark.anyio


async def add(at: Place, **fields: Any) -> int:
    item = {"text": "Перезвонить", "complete_till": NOON + 600} | fields
    answer = await at.call("POST", "/tasks", [item])
    return int(answer["_embedded"]["tasks"][0]["id"])


async def closest(at: Place, lead: int) -> Any:
    return (await at.call("GET", f"/leads/{lead}"))["closest_task_at"]


async def test_a_new_task(at: Place) -> None:
    lead = at.lead()
    number = await add(
        at, entity_id=lead, entity_type="leads", responsible_user_id=ANNA, duration=1800
    )
    assert await at.call("GET", f"/tasks/{number}") == {
        "id": number,
        "created_by": BOSS,
        "updated_by": BOSS,
        "created_at": NOON,
        "updated_at": NOON,
        "responsible_user_id": ANNA,
        "group_id": 501,
        "entity_id": lead,
        "entity_type": "leads",
        "duration": 1800,
        "is_completed": False,
        "task_type_id": 1,
        "text": "Перезвонить",
        "result": [],
        "complete_till": NOON + 600,
        "account_id": ACCOUNT,
        "_links": {"self": {"href": f"{at.emulator.url}/api/v4/tasks/{number}"}},
    }


async def test_completing(at: Place) -> None:
    number = await add(at, responsible_user_id=ANNA)
    done = {"is_completed": True, "result": {"text": "Договорились"}}
    await at.call("PATCH", f"/tasks/{number}", done, **{"X-Context-User-ID": str(ANNA)})
    task = await at.call("GET", f"/tasks/{number}")
    assert (task["is_completed"], task["result"]) == (True, {"text": "Договорились"})
    assert task["updated_by"] == ANNA
    assert at.events()[1:] == [("task_result_added", ANNA), ("task_completed", ANNA)]


@pytest.mark.parametrize(
    ("fields", "event", "before", "after"),
    [
        ({"text": "Б"}, "task_text_changed", {"task": {"text": "Перезвонить"}}, {"text": "Б"}),
        ({"task_type_id": 2}, "task_type_changed", {"task_type": {"id": 1}}, {"id": 2}),
        (
            {"complete_till": NOON},
            "task_deadline_changed",
            {"task_deadline": {"timestamp": NOON + 600}},
            {"timestamp": NOON},
        ),
        (
            {"responsible_user_id": BORIS},
            "entity_responsible_changed",
            {"responsible_user": {"id": BOSS}},
            {"id": BORIS},
        ),
    ],
)
async def test_events_of_a_change(
    at: Place, fields: dict[str, Any], event: str, before: dict[str, Any], after: dict[str, Any]
) -> None:
    number = await add(at)
    await at.call("PATCH", "/tasks", [fields | {"id": number}])
    (row,) = (await at.call("GET", f"/events?filter[type]={event}"))["_embedded"]["events"]
    assert (row["entity_type"], row["entity_id"]) == ("task", number)
    assert row["value_before"] == [before]
    assert row["value_after"] == [{next(iter(before)): after}]


async def test_closest_task_follows(at: Place) -> None:
    lead, other = at.lead(), at.lead()
    late = await add(at, entity_id=lead, entity_type="leads", complete_till=NOON + 900)
    soon = await add(at, entity_id=lead, entity_type="leads", complete_till=NOON + 100)
    assert await closest(at, lead) == NOON + 100
    await at.call("PATCH", f"/tasks/{soon}", {"is_completed": True})
    assert await closest(at, lead) == NOON + 900
    await at.call("PATCH", f"/tasks/{soon}", {"is_completed": False})
    assert await closest(at, lead) == NOON + 100
    await at.call("PATCH", f"/tasks/{soon}", {"entity_id": other, "entity_type": "leads"})
    assert [await closest(at, lead), await closest(at, other)] == [NOON + 900, NOON + 100]
    await at.call("POST", f"/control/tasks/{late}/delete")
    assert await closest(at, lead) is None
    assert (await at.answer("GET", f"/tasks/{late}")).status_code == 204
    assert ("task_deleted", BOSS) in at.events()


async def test_the_card_keeps_its_moment_of_change(at: Place) -> None:
    lead = at.lead()
    at.clock.advance(60)
    await add(at, entity_id=lead, entity_type="leads")
    assert (await at.call("GET", f"/leads/{lead}"))["updated_at"] == NOON
