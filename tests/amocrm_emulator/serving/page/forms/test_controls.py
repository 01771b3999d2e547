"""Hooks and integrations by hand."""

import pytest

from tests.amocrm_emulator.place import ANNA, NOON, Place, Receiver, subscribe
from tests.amocrm_emulator.serving.oauth.stage import BACK, CLIENT, integrated, listening, paired
from tests.amocrm_emulator.serving.page.browsing import done, seen, send

pytestmark = pytest.mark.anyio


async def test_a_hook_that_was_switched_off_hears_again(at: Place, heard: Receiver) -> None:
    await subscribe(at, heard.url, "add_lead")
    at.crm.store.run("UPDATE hook SET disabled = 1")
    assert "выключена: слишком много неудач" in await seen(at, "/webhooks")
    await done(at, "hooks/1/hook_on")
    assert "Включить снова" not in await seen(at, "/webhooks")
    at.crm.leads.add(ANNA, NOON, "Окна")
    await at.emulator.flush_hooks()
    assert len(heard.received) == 1
    await done(at, "hooks/1/hook_off")
    assert "Никто не подписан" in await seen(at, "/webhooks")


async def test_a_dropped_body_is_shown_as_dropped(at: Place, heard: Receiver) -> None:
    await subscribe(at, heard.url, "add_lead")
    await at.call("POST", "/control/faults", {"drop": 1})
    at.crm.leads.add(ANNA, NOON, "Окна")
    await at.emulator.flush_hooks()
    assert heard.received == []
    assert "потерян нарочно × 1" in await seen(at, "/webhooks")


async def test_an_integration_is_made_and_given_a_token(at: Place) -> None:
    await done(at, "integrations", name="Наша", redirect_uri=BACK, disable_url="")
    (one,) = at.crm.oauth.registry.integrations()
    found = await seen(at, "/integrations")
    assert one.client_id in found
    assert "не установлена" in found
    answer = await send(at, f"integrations/{one.client_id}/token", user=str(ANNA), days="3")
    assert answer.status_code == 200
    token = answer.text.split("<textarea")[1].split(">")[1].split("<")[0]
    assert (await at.answer("GET", "/account", token=token)).status_code == 200
    who = at.crm.oauth.identify(token)
    assert who is not None
    assert who.user == ANNA
    assert token not in await seen(at, "/integrations")
    assert "Наша" in (await seen(at, "/requests")).split("Кто спрашивает")[1]


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"redirect_uri": BACK}, "Назовите интеграцию."),
        ({"name": "Наша"}, "Укажите redirect_uri."),
        ({"name": "Наша", "redirect_uri": "javascript:1"}, "redirect_uri: адрес начинается"),
        ({"name": "Наша", "redirect_uri": "http://[x"}, "redirect_uri: адрес начинается"),
        (
            {"name": "Наша", "redirect_uri": BACK, "disable_url": "ftp://x"},
            "disable_url: адрес начинается",
        ),
    ],
)
async def test_a_bad_integration(at: Place, form: dict[str, str], told: str) -> None:
    answer = await send(at, "integrations", **form)
    assert answer.status_code == 422
    assert told in answer.text
    assert at.crm.oauth.registry.integrations() == []


async def test_a_token_for_a_bad_time(at: Place) -> None:
    await integrated(at)
    answer = await send(at, f"integrations/{CLIENT}/token", user=str(ANNA), days="0")
    assert answer.status_code == 422
    assert "Срок токена" in answer.text


async def test_disabling_kills_tokens_and_tells(at: Place) -> None:
    async with listening() as (listener, heard):
        await integrated(at, disable_url=listener)
        token = (await paired(at))["access_token"]
        await done(at, f"integrations/{CLIENT}/disable")
    assert (await at.answer("GET", "/account", token=token)).status_code == 401
    assert heard[0]["client_uuid"] == CLIENT
    assert "не установлена" in await seen(at, "/integrations")
