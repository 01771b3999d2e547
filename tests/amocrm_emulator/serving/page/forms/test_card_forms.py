"""Acts by hand: rows and events really change, webhooks leave."""

from typing import Any

import pytest

from amocrm_emulator.team.acting import INTEGRATION
from tests.amocrm_emulator.place import (
    ANNA,
    BORIS,
    BOSS,
    GONE,
    LOST,
    NOON,
    SALES,
    TALKS,
    Place,
    Receiver,
    subscribe,
)
from tests.amocrm_emulator.serving.page.browsing import done, seen, send

pytestmark = pytest.mark.anyio


async def test_a_new_lead_with_its_customer(at: Place, heard: Receiver) -> None:
    await subscribe(at, heard.url, "add_lead", "add_contact")
    place = await done(
        at,
        "leads",
        name="Окна",
        contact="Ольга",
        phone="+7 900 111-22-33",
        price="12 000",
        source="сайт",
    )
    number = int(place.split("/")[3].split("?")[0])
    lead = at.crm.records.existing("leads", number)
    assert (lead["name"], lead["price"], lead["responsible_user_id"]) == ("Окна", 12_000, BOSS)
    (contact,) = at.crm.store.links("leads", number, "contacts")
    assert at.crm.records.existing("contacts", contact[0])["name"] == "Ольга"
    assert at.events() == [("contact_added", BOSS), ("lead_added", BOSS)]
    found = await seen(at, place)
    for text in ("Сделка создана.", "+7 900 111-22-33", "сайт", "Ольга"):
        assert text in found
    await at.emulator.flush_hooks()
    fields = {name: told for body in heard.received for name, told in body.pairs}
    assert fields["leads[add][0][name]"] == "Окна"
    assert fields["contacts[add][0][name]"] == "Ольга"


@pytest.mark.parametrize(
    ("verb", "form", "expected", "event"),
    [
        ("stage", {"stage": f"{SALES}:{TALKS}"}, {"status_id": TALKS}, "lead_status_changed"),
        (
            "stage",
            {"stage": f"{SALES}:{LOST}", "reason": "1"},
            {"status_id": LOST, "loss_reason_id": 1, "closed_at": NOON},
            "lead_status_changed",
        ),
        ("price", {"price": "99"}, {"price": 99}, "sale_field_changed"),
        ("rename", {"name": "Двери"}, {"name": "Двери"}, "name_field_changed"),
        (
            "owner",
            {"user": str(BORIS)},
            {"responsible_user_id": BORIS},
            "entity_responsible_changed",
        ),
    ],
)
async def test_a_lead_changes(
    at: Place, heard: Receiver, verb: str, form: dict[str, str], expected: Any, event: str
) -> None:
    await subscribe(at, heard.url, "update_lead")
    number = at.lead()
    await done(at, "visitor", who=str(ANNA))
    assert await done(at, f"leads/{number}/{verb}", **form) == (
        f"/leads/detail/{number}?done={verb}"
    )
    lead = at.crm.records.existing("leads", number)
    assert {name: lead[name] for name in expected} == expected
    assert at.events()[-1] == (event, ANNA)
    await at.emulator.flush_hooks()
    assert heard.received[0].fields["leads[update][0][modified_user_id]"] == str(ANNA)


async def test_tags_are_replaced(at: Place) -> None:
    number = at.lead()
    await done(at, f"leads/{number}/tags", tags="срочно, опт,")
    await done(at, f"leads/{number}/tags", tags="опт")
    assert [tag["name"] for tag in at.crm.records.existing("leads", number)["tags"]] == ["опт"]
    assert [kind for kind, _by in at.events()[1:]] == ["entity_tag_added", "entity_tag_deleted"]
    assert '<span class="tag">опт</span>' in await seen(at, f"/leads/detail/{number}")


async def test_a_call_is_rung_by_whoever_is_named(at: Place, heard: Receiver) -> None:
    await subscribe(at, heard.url, "note_lead")
    number = at.lead(contacts=[at.contact(phone="+79001112233")])
    form = {"way": "in", "user": str(BORIS), "result": "4", "seconds": "61"}
    await done(at, f"leads/{number}/call", **form)
    (note,) = (await at.call("GET", f"/leads/{number}/notes"))["_embedded"]["notes"]
    assert (note["note_type"], note["created_by"]) == ("call_in", BORIS)
    told = {name: note["params"][name] for name in ("duration", "phone", "call_status")}
    assert told == {"duration": 61, "phone": "+79001112233", "call_status": 4}
    assert at.events()[-1] == ("incoming_call", BORIS)
    await at.emulator.flush_hooks()
    assert heard.received[0].fields["leads[note][0][note][note_type]"] == "10"
    await done(at, f"leads/{number}/call", **(form | {"way": "out", "result": "7"}))
    found = await seen(at, f"/leads/detail/{number}")
    assert "1:01 · +79001112233 · разговор состоялся" in found
    assert "занято" in found
    assert at.events()[-1] == ("outgoing_call", BORIS)


async def test_messages_from_both_sides(at: Place, heard: Receiver) -> None:
    await subscribe(at, heard.url, "add_message")
    number = at.lead(contacts=[at.contact()])
    await done(at, "visitor", who=str(ANNA))
    await done(at, f"leads/{number}/message", way="in", text="Сколько стоит?", origin="avito")
    await done(at, f"leads/{number}/message", way="out", origin="avito")
    written = [event for event in at.events() if event[0].endswith("chat_message")]
    assert written == [("incoming_chat_message", 0), ("outgoing_chat_message", ANNA)]
    found = (await seen(at, f"/leads/detail/{number}")).split("Переписка")[1]
    assert "<b>клиент</b> Сколько стоит?" in found
    assert "<b>Анна Примерова</b>" in found
    await at.emulator.flush_hooks()
    assert heard.received[0].fields["message[add][0][text]"] == "Сколько стоит?"


async def test_a_task_is_set_moved_and_finished(at: Place, heard: Receiver) -> None:
    await subscribe(at, heard.url, "add_task", "update_task")
    number = at.lead()
    form = {"text": "Замер", "till": "2026-09-22T10:00", "user": str(ANNA), "type": "2"}
    await done(at, f"leads/{number}/task", **form)
    (task,) = (await at.call("GET", "/tasks"))["_embedded"]["tasks"]
    till = 1_790_060_400  # 10:00 in Moscow
    assert (task["complete_till"], task["responsible_user_id"]) == (till, ANNA)
    assert (task["task_type_id"], task["entity_id"]) == (2, number)
    assert at.crm.records.existing("leads", number)["closest_task_at"] == till
    back = f"/leads/detail/{number}"
    path = f"tasks/{task['id']}"
    assert await done(at, f"{path}/postpone", back=back) == f"{back}?done=postpone"
    assert at.crm.records.existing("tasks", task["id"])["complete_till"] == till + 86400
    await done(at, f"{path}/complete", result="Замерили", back="/tasks?state=late")
    finished = at.crm.records.existing("tasks", task["id"])
    assert (finished["is_completed"], finished["result"]) == (True, {"text": "Замерили"})
    assert [kind for kind, _by in at.events()[1:]] == [
        "task_added",
        "task_deadline_changed",
        "task_result_added",
        "task_completed",
    ]
    await at.emulator.flush_hooks()
    assert any("task[update][0][action_close]" in body.fields for body in heard.received)


async def test_a_note(at: Place) -> None:
    number = at.contact()
    await done(at, f"contacts/{number}/note", text="Любит <b>звонки</b>")
    assert "Любит &lt;b&gt;звонки&lt;/b&gt;" in await seen(at, f"/contacts/detail/{number}")


async def test_into_the_bin_and_back(at: Place) -> None:
    number = at.lead()
    found = await seen(at, await done(at, f"leads/{number}/delete"))
    assert "Карточка в корзине." in found
    assert "Да, удалить" not in found
    assert at.crm.store.entity("leads", number) is None
    await done(at, f"leads/{number}/restore")
    assert at.crm.store.entity("leads", number) is not None
    assert at.events()[1:] == [("lead_deleted", BOSS), ("lead_restored", BOSS)]


async def test_merging(at: Place) -> None:
    kept, gone = at.lead(), at.lead(contacts=[at.contact()])
    await done(at, f"leads/{kept}/merge", other=str(gone))
    assert at.crm.store.entity("leads", gone) is None
    assert len(at.crm.store.links("leads", kept, "contacts")) == 1


async def test_robots_and_integrations_act_too(at: Place) -> None:
    number = at.lead()
    await done(at, "visitor", who="0")
    await done(at, f"leads/{number}/price", price="1")
    assert at.events()[-1] == ("sale_field_changed", 0)
    await done(at, "visitor", who="integration")
    await done(at, f"leads/{number}/price", price="2")
    (event,) = (await at.call("GET", "/events?limit=1"))["_embedded"]["events"]
    assert (event["created_by"], event["oauth_client_uuid"]) == (BOSS, INTEGRATION)
    assert "через интеграцию" in await seen(at, f"/leads/detail/{number}")


@pytest.mark.parametrize("who", [str(GONE), "5", "x", "²"])
async def test_nobody_acts_as_a_stranger(at: Place, who: str) -> None:
    await at.http.post("/page/visitor", data={"who": who})
    number = at.lead()
    await done(at, f"leads/{number}/price", price="1")
    assert at.events()[-1] == ("sale_field_changed", BOSS)


@pytest.mark.parametrize(
    ("path", "form", "told"),
    [
        ("leads", {"name": " ", "phone": "+7 900"}, "Напишите, чего хочет клиент."),
        ("leads", {"name": "Окна", "price": "дорого"}, "Бюджет — целое число"),
        ("leads", {"name": "Окна", "user": str(GONE)}, "Выберите сотрудника."),
        ("leads", {"name": "я" * 2001}, "Текст длиннее 2000 знаков."),
        ("leads/{n}/price", {"price": "-1"}, "Бюджет — целое число"),
        ("leads/{n}/price", {"price": "9" * 16}, "Бюджет — целое число"),
        ("leads/{n}/stage", {"stage": "700:81001"}, "Выберите этап."),
        ("leads/{n}/stage", {}, "Выберите этап."),
        ("leads/{n}/call", {"user": str(ANNA), "result": "9"}, "чем кончился звонок"),
        ("leads/{n}/call", {"user": str(ANNA), "result": "4", "seconds": "x"}, "Длительность"),
        ("leads/{n}/message", {"way": "in"}, "писать некому"),
        ("leads/{n}/task", {"text": "Дело", "till": "завтра", "user": str(ANNA)}, "Укажите срок"),
        ("leads/{n}/task", {"text": "Дело", "till": "9999-12-31T23:59:59", "user": ""}, "Выберите"),
        ("leads/{n}/merge", {"other": "{n}"}, "та же самая"),
        ("leads/{n}/merge", {"other": "1"}, "номером нет"),
    ],
)
async def test_what_cannot_be_taken_is_told_and_kept(
    at: Place, path: str, form: dict[str, str], told: str
) -> None:
    number = at.lead()
    at.clock.advance(1)
    before = at.events()
    given = {name: value.replace("{n}", str(number)) for name, value in form.items()}
    answer = await send(at, path.replace("{n}", str(number)), **given)
    assert answer.status_code == 422
    assert told in answer.text
    assert at.events() == before
    for name in {"phone", "other"} & given.keys():
        assert f'value="{given[name]}"' in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "leads/1/price",
        "leads/{n}/burn",
        "elephants/1/note",
        "contacts/{n}/price",
        "tasks/1/complete",
        "hooks/1/burn",
        "integrations/x/token",
    ],
)
async def test_what_is_not_there(at: Place, path: str) -> None:
    answer = await send(at, path.replace("{n}", str(at.lead())), price="1", name="x")
    assert answer.status_code == 404


@pytest.mark.parametrize("path", ["/leads/detail/1", "/elephants/detail/1", "/page/static/x.js"])
async def test_no_such_page(at: Place, path: str) -> None:
    assert (await at.http.get(path)).status_code == 404
