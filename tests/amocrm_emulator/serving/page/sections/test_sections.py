"""What each section shows."""

import pytest

from amocrm_emulator.serving.page.sections.rows import PAGE
from tests.amocrm_emulator.place import (
    ANNA,
    BORIS,
    BOSS,
    CITY,
    FIRST,
    LOST,
    NOON,
    REPAIR,
    SERVICE,
    TALKS,
    Place,
    Receiver,
    subscribe,
)
from tests.amocrm_emulator.serving.page.browsing import done, seen, send

pytestmark = pytest.mark.anyio

SECTIONS = ["/", "/people", "/tasks", "/events", "/webhooks", "/requests", "/integrations"]


@pytest.mark.parametrize("path", SECTIONS)
async def test_an_empty_account_has_every_section(at: Place, path: str) -> None:
    answer = await at.http.get(path)
    assert answer.status_code == 200
    assert f'href="{path}" aria-current="page"' in answer.text
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


async def test_leads_are_found_by_stage_person_and_text(at: Place) -> None:
    at.lead(name="Окно", responsible_user_id=ANNA, price=12_500)
    at.lead(name="Дверь", status_id=TALKS, responsible_user_id=BORIS)
    number = at.lead(name="Ремонт крана", pipeline_id=SERVICE, status_id=REPAIR)
    everything = await seen(at, "/")
    assert "Окно" in everything
    assert "12\u00a0500\u00a0₽" in everything
    assert "Ремонт крана" not in everything
    assert "Ремонт крана" in await seen(at, f"/?pipeline={SERVICE}")
    assert f"/leads/detail/{number}" in await seen(at, f"/?pipeline={SERVICE}&query={number}")
    for narrow in (
        f"status={TALKS}",
        f"responsible={BORIS}",
        "query=%D0%B4%D0%92%D0%B5%D1%80%D1%8C",
    ):
        found = await seen(at, f"/?{narrow}")
        assert "Дверь" in found, narrow
        assert "Окно" not in found, narrow
    assert "Таких сделок нет" in await seen(at, "/?query=xyz")


async def test_leads_have_pages(at: Place) -> None:
    numbers = [at.lead(name=f"Заказ {place}") for place in range(PAGE + 1)]
    first = await seen(at, f"/?responsible={BOSS}")
    assert f'href="/?responsible={BOSS}&amp;page=2"' in first
    second = await seen(at, f"/?responsible={BOSS}&page=2")
    assert f"detail/{numbers[0]}" in second
    assert f"detail/{numbers[0]}" not in first
    assert f"detail/{numbers[1]}" not in second


async def test_people_with_what_they_did_last(at: Place) -> None:
    number = at.lead(responsible_user_id=ANNA)
    at.crm.leads.change(ANNA, NOON, number, price=5)
    found = await seen(at, "/people")
    anna = found.split("Анна Примерова")[2].split("</tr>")[0]
    assert "Второй отдел" in anna
    assert "Изменение бюджета" in anna
    assert f'<a href="/?responsible={ANNA}">1</a>' in anna
    assert "отключён" in found.split("Галина Бывшая")[1].split("</tr>")[0]


async def test_tasks_open_late_and_finished(at: Place) -> None:
    at.crm.tasks.add(BOSS, NOON, "Позвонить позже", NOON + 60, responsible_user_id=ANNA)
    at.crm.tasks.add(BOSS, NOON, "Выслать счёт", NOON - 60)
    at.crm.tasks.complete(ANNA, NOON, at.crm.tasks.add(BOSS, NOON, "Замер", NOON), "Замерили")
    texts = {state: await seen(at, f"/tasks?state={state}") for state in ("open", "late", "done")}
    held = {
        state: [text for text in ("Позвонить позже", "Выслать счёт", "Замер") if text in found]
        for state, found in texts.items()
    }
    assert held == {
        "open": ["Позвонить позже", "Выслать счёт"],
        "late": ["Выслать счёт"],
        "done": ["Замер"],
    }
    assert "Замерили" in texts["done"]
    assert "Выслать счёт" not in await seen(at, f"/tasks?responsible={ANNA}")


async def test_events_tell_what_changed_and_page_back(at: Place) -> None:
    number = at.lead()
    at.crm.leads.change(ANNA, NOON, number, status_id=TALKS, price=700)
    at.crm.leads.change(BORIS, NOON, number, status_id=LOST, responsible_user_id=BORIS)
    found = await seen(at, "/events")
    assert "Первичный контакт → Переговоры" in found
    assert "Борис Главный → Борис Пробный" in found
    only = await seen(at, f"/events?responsible={ANNA}&type=sale_field_changed")
    assert "— → 700\u00a0₽" in only
    assert only.count("<tr>") == 2
    for _turn in range(PAGE):
        at.crm.work.log(0, NOON, "robot_replied", "lead", number)
    assert "/events?type=&amp;responsible=&amp;before=" in await seen(at, "/events")


async def test_webhooks_with_their_bodies_and_answers(at: Place, heard: Receiver) -> None:
    await subscribe(at, heard.url, "add_lead")
    heard.statuses = [200, 500]
    for name in ("Первая", "Вторая"):
        at.crm.leads.add(BOSS, NOON, name)
        await at.emulator.flush_hooks()
    found = await seen(at, "/webhooks")
    assert heard.url in found
    assert "200 × 1, 500 × 1" in found
    assert "неудач за 2 часа: 1 из 100" in found
    assert "<dt>leads[add][0][name]</dt><dd>Вторая</dd>" in found
    assert "leads[add]</summary>" in found
    await done(at, "hooks/now")
    await at.emulator.flush_hooks()
    assert len(heard.received) == 3
    assert "200 × 2, 500 × 1" in await seen(at, "/webhooks")


async def test_requests_by_client_with_their_statuses(at: Place) -> None:
    at.emulator.limiter.per_second = 2
    for _turn in range(3):
        await at.answer("GET", "/account")
    await at.answer("GET", "/leads/77?with=contacts", token="nobody")
    found = await seen(at, "/requests")
    boss = found.split("Борис Главный")[2].split("</tr>")[0]
    assert [part.split("<")[0] for part in boss.split('class="amount">')[1:3]] == ["3", "3"]
    assert 'class="amount bad">1<' in boss
    assert "GET /api/v4/leads/77?with=contacts" in found
    assert "неизвестный токен" in found
    assert "/people" not in found.split("Последние запросы")[1]


async def test_the_strip_tells_clock_limits_and_faults(at: Place) -> None:
    found = await seen(at, "/")
    assert "21.09.2026 17:13:20" in found
    assert "стоят, двигаются рукой" in found
    assert await done(at, "faults", hooks="drop", back="/people?x=1") == "/people?x=1&done=faults"
    assert at.emulator.sender.faults.drop == 0.3
    assert "вебхуки теряются: 30 %" in await seen(at, "/")
    for on, limit in (("1", 7), ("", None)):
        await done(at, "limits", on=on)
        assert at.emulator.limiter.per_second == limit
    await done(at, "clock", advance="3600")
    assert at.clock.now() == NOON + 3600
    assert (await send(at, "clock", advance="-5")).status_code == 409


async def test_a_field_and_a_channel_are_named(at: Place) -> None:
    contact = at.contact()
    lead = at.lead(contacts=[contact])
    for city in ("Тула", "Калуга"):
        given = [{"field_id": CITY, "values": [{"value": city}]}]
        await at.call("PATCH", f"/leads/{lead}", {"custom_fields_values": given})
    at.crm.talks.write(ANNA, at.clock.now(), contact, "Добрый день", is_incoming=False, origin="vk")
    at.crm.links.add(ANNA, at.clock.now(), ("leads", lead), ("contacts", at.contact("Пётр")))
    found = await seen(at, f"/leads/detail/{lead}")
    for told in ("Город: Тула<", "Город: Тула → Калуга", "ВКонтакте</small>", "контакт 5000002"):
        assert told in found
    assert '<option value="vk"' in found
    assert ">vk<" not in found


async def test_a_lead_is_linked_to_the_product_that_was_told(at: Place) -> None:
    number = at.lead()
    address = f"/leads/detail/{number}?done=lead"
    assert "Посмотреть" not in await seen(at, address)
    labels = {"ru": "Посмотреть в Продукте", "en": "Look in the product"}
    for lead in ("javascript:{id}", "http://127.0.0.1/leads", "http://[{id}", 5):
        refused = await at.answer("POST", "/control/product", {"lead": lead, "labels": labels})
        assert refused.status_code == 400
    told = {"lead": "http://127.0.0.1:8700/results?lead={id}", "labels": labels}
    await at.call("POST", "/control/product", told)
    found = await seen(at, address)
    assert f'href="http://127.0.0.1:8700/results?lead={number}"' in found
    assert "Посмотреть в Продукте" in found
    await done(at, "visitor", language="en")
    assert "Look in the product" in await seen(at, address)


async def test_english(at: Place) -> None:
    number = at.lead(status_id=FIRST)
    assert await done(at, "visitor", language="en", back="/?query=1") == "/?query=1"
    for path in [*SECTIONS, f"/leads/detail/{number}"]:
        found = await seen(at, path)
        assert '<html lang="en">' in found
        assert "Leads</a>" in found
    await done(at, "visitor", language="ru")
    assert "Сделки</a>" in await seen(at, "/")
