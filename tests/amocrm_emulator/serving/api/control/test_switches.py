"""Each switch changes what it says: off first, on then."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from amocrm_emulator.account.switches import Switches
from tests.amocrm_emulator.place import (
    ANNA,
    BORIS,
    BOSS,
    GONE,
    NOON,
    SERVICE,
    Place,
    Receiver,
    subscribe,
)

pytestmark = pytest.mark.anyio
Look = Callable[[Place], Awaitable[Any]]
CHATS = {"destination": "https://example.com/h", "settings": ["add_message", "add_unsorted"]}


async def empty_list(at: Place) -> int:
    return (await at.answer("GET", "/companies")).status_code


async def absent_lead(at: Place) -> int:
    return (await at.answer("GET", "/leads/5")).status_code


async def high_limit(at: Place) -> int:
    for _ in range(60):
        at.lead()
    return len(await at.ids("/events?limit=999", "events"))


async def leavers(at: Place) -> bool:
    return GONE in await at.ids("/users", "users")


async def archived(at: Place) -> bool:
    assert (await at.call("POST", f"/control/pipelines/{SERVICE}/archive")) == {"done": True}
    return SERVICE in await at.ids("/leads/pipelines", "pipelines")


async def no_card(at: Place) -> object:
    number = at.crm.tasks.add(ANNA, NOON, "Отчёт", NOON)
    return (await at.call("GET", f"/tasks/{number}"))["entity_id"]


async def first_event(at: Place) -> str:
    at.crm.leads.change(BOSS, at.clock.now() + 1, at.lead(), price=5)
    found = await at.call("GET", "/events")
    return str(found["_embedded"]["events"][0]["type"])


async def talk_events(at: Place) -> int:
    at.crm.talks.write(ANNA, NOON, at.contact(), "Здравствуйте", is_incoming=False)
    types = await at.call("GET", "/events")
    return sum(row["type"] == "talk_created" for row in types["_embedded"]["events"])


async def writer(at: Place) -> int:
    at.crm.talks.write(ANNA, NOON, at.contact(), "Здравствуйте", is_incoming=False)
    found = await at.call("GET", "/events?filter[type]=outgoing_chat_message")
    return int(found["_embedded"]["events"][0]["created_by"])


async def stranger(at: Place) -> int:
    return (await at.answer("PATCH", f"/leads/{at.lead()}", {"colour": "red"})).status_code


async def reopening(at: Place) -> int:
    number = at.crm.tasks.add(ANNA, NOON, "Отчёт", NOON, is_completed=True)
    return (await at.answer("PATCH", f"/tasks/{number}", {"is_completed": False})).status_code


async def task_of_lead(at: Place) -> int:
    lead = at.lead(responsible_user_id=ANNA)
    task = at.crm.tasks.add(
        BOSS,
        NOON,
        "Перезвонить",
        NOON,
        entity_type="leads",
        entity_id=lead,
        responsible_user_id=ANNA,
    )
    await at.call("PATCH", f"/leads/{lead}", {"responsible_user_id": BORIS})
    return int(at.crm.records.existing("tasks", task)["responsible_user_id"])


async def write_to_unsorted(at: Place) -> tuple[int, bool]:
    """Return the answer to a write, and whether the lead still waits."""
    row = at.crm.unsorted.chat_from_stranger(NOON, "Пётр", "Есть окна?", origin="telegram")
    (lead,) = row["cards"]["leads"]
    answer = await at.answer("PATCH", f"/leads/{lead}", {"price": 5})
    return answer.status_code, at.crm.unsorted.find(row["uid"]) is not None


async def chat_hooks(at: Place) -> int:
    return (await at.answer("POST", "/webhooks", CHATS)).status_code


async def hook_again(at: Place) -> bool:
    told = {"destination": "https://example.com/h", "settings": ["add_lead"]}
    await at.call("POST", "/webhooks", told)
    at.crm.store.run("UPDATE hook SET disabled = 1")
    return bool((await at.call("POST", "/webhooks", told))["disabled"])


@pytest.mark.parametrize(
    ("switch", "look", "off", "on"),
    [
        ("has_empty_pages", empty_list, 204, 200),
        ("has_absent_404", absent_lead, 204, 404),
        ("clamps_limits", high_limit, 50, 60),
        ("hides_inactive", leavers, True, False),
        ("hides_archived", archived, True, False),
        ("has_zero_cards", no_card, None, 0),
        ("events_oldest_first", first_event, "sale_field_changed", "lead_added"),
        ("lacks_talk_events", talk_events, 1, 0),
        ("hides_writers", writer, ANNA, 0),
        ("refuses_unknown", stranger, 200, 400),
        ("refuses_reopening", reopening, 200, 400),
        ("moves_tasks", task_of_lead, ANNA, BORIS),
        ("refuses_unsorted", write_to_unsorted, (200, False), (400, True)),
        ("lacks_chat_hooks", chat_hooks, 201, 400),
        ("keeps_hooks_off", hook_again, False, True),
    ],
)
@pytest.mark.parametrize("is_on", [False, True])
async def test_switch(
    at: Place, switch: str, look: Look, off: object, on: object, *, is_on: bool
) -> None:
    assert (await at.call("POST", "/control/switches", {switch: is_on}))[switch] is is_on
    assert await look(at) == (on if is_on else off)


@pytest.mark.parametrize(
    ("switch", "setting", "name", "off", "on"),
    [
        pytest.param(
            {"hook_zone": "UTC"},
            "add_task",
            "task[add][0][date_create]",
            "2026-09-21 17:13:20",
            "2026-09-21 14:13:20",
            id="another zone",
        ),
        pytest.param(
            {"lacks_unix_moments": True},
            "add_task",
            "task[add][0][created_at]",
            str(NOON),
            None,
            id="texts only",
        ),
        pytest.param(
            {"splits_companies": True},
            "add_company",
            "companies[add][0][type]",
            None,
            "company",
            id="companies apart",
        ),
        pytest.param(
            {"joins_task_responsible": True},
            "responsible_task",
            "task[update][0][id]",
            None,
            "8000001",
            id="a new responsible is an update",
        ),
    ],
)
@pytest.mark.parametrize("is_on", [False, True])
async def test_switch_of_bodies(  # noqa: PLR0917 -- the columns of the table
    at: Place,
    heard: Receiver,
    switch: dict[str, object],
    setting: str,
    name: str,
    off: str | None,
    on: str | None,
    *,
    is_on: bool,
) -> None:
    if is_on:
        await at.call("POST", "/control/switches", switch)
    await subscribe(at, heard.url, setting)
    task = at.crm.tasks.add(ANNA, NOON, "Перезвонить", NOON)
    at.crm.tasks.change(ANNA, NOON, task, responsible_user_id=BORIS)
    at.crm.cards.add_company(ANNA, NOON, "ООО")
    await at.emulator.flush_hooks()
    (received,) = heard.received
    assert received.fields.get(name) == (on if is_on else off)


@pytest.mark.parametrize(("is_on", "bodies"), [(False, 2), (True, 1)])
async def test_a_body_has_one_root(at: Place, heard: Receiver, bodies: int, *, is_on: bool) -> None:
    await at.call("POST", "/control/switches", {"joins_roots": is_on})
    await subscribe(at, heard.url, "add_lead", "add_task", "update_lead", "responsible_lead")
    with at.crm.work.transaction():
        lead = at.crm.leads.add(ANNA, NOON, "Окна")
        at.crm.tasks.add(ANNA, NOON, "Перезвонить", NOON)
        at.crm.leads.change(ANNA, NOON, lead, responsible_user_id=BORIS)
    await at.emulator.flush_hooks()
    roots = [
        {name.partition("[")[0] for name, _told in body.pairs} - {"account"}
        for body in heard.received
    ]
    assert len(roots) == bodies
    assert set().union(*roots) == {"leads", "task"}
    assert all(len(found) == 1 for found in roots) is not is_on


async def test_a_third_of_the_events_come_late(at: Place) -> None:
    await at.call("POST", "/control/switches", {"events_late_seconds": 60})
    for _ in range(30):
        at.lead()
    assert 15 < len(await at.ids("/events", "events")) < 30
    at.clock.advance(60)
    assert len(await at.ids("/events", "events")) == 30


async def test_a_wrong_value_changes_nothing(at: Place) -> None:
    answer = await at.answer("POST", "/control/switches", {"events_max": "many"})
    assert answer.status_code == 400
    assert at.crm.switches == Switches()


async def test_a_note_is_thrown_away(at: Place) -> None:
    lead = at.lead()
    note = at.crm.notes.add(ANNA, NOON, "leads", lead, "common", {"text": "Лишнее"})
    call = at.crm.notes.add(ANNA, NOON, "leads", lead, "call_in", {"duration": 5})
    path = f"/control/notes/{note}/delete"
    assert await at.call("POST", path, {"by": BORIS}) == {"done": True}
    assert await at.call("POST", path) == {"done": False}
    assert await at.call("POST", f"/control/notes/{call}/delete") == {"done": False}
    assert await at.ids(f"/leads/{lead}/notes", "notes") == [call]
    (event,) = (await at.call("GET", "/events?filter[type]=common_note_deleted"))["_embedded"][
        "events"
    ]
    assert (event["created_by"], event["entity_id"]) == (BORIS, lead)
    assert event["value_before"] == [{"note": {"id": note}}]
