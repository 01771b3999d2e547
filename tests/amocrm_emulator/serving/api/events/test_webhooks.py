from typing import Any

import pytest

from tests.amocrm_emulator.place import ACCOUNT, BOSS, NOON, Place

pytestmark = pytest.mark.anyio
URL = "https://our.example/hooks/3f9c"


async def test_subscribing_twice_replaces(at: Place) -> None:
    first = await at.answer(
        "POST", "/webhooks", {"destination": URL, "settings": ["add_lead", "update_lead"]}
    )
    assert first.status_code == 201
    at.clock.advance(5)
    second = await at.call("POST", "/webhooks", {"destination": URL, "settings": ["add_task"]})
    assert second == {
        "id": first.json()["id"],
        "destination": URL,
        "created_at": NOON,
        "updated_at": NOON + 5,
        "account_id": ACCOUNT,
        "created_by": BOSS,
        "sort": 1,
        "disabled": False,
        "settings": ["add_task"],
    }
    assert (await at.call("GET", "/webhooks"))["_total_items"] == 1
    found = await at.call("GET", f"/webhooks?filter[destination]={URL}")
    assert found["_embedded"]["webhooks"] == [second]
    assert await at.call("GET", "/webhooks?filter[destination]=https://other.example") is None


async def test_leaving(at: Place) -> None:
    await at.call("POST", "/webhooks", {"destination": URL, "settings": ["add_lead"]})
    for status in (204, 404):
        answer = await at.answer("DELETE", "/webhooks", {"destination": URL})
        assert answer.status_code == status
    assert (await at.answer("GET", "/webhooks")).status_code == 204


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"destination": "ftp://our.example", "settings": ["add_lead"]}, 422),
        ({"destination": "https://наш.рф/x", "settings": ["add_lead"]}, 422),
        ({"destination": "https://[", "settings": ["add_lead"]}, 422),
        ({"settings": ["add_lead"]}, 422),
        ({"destination": URL, "settings": []}, 400),
        ({"destination": URL, "settings": "add_lead"}, 400),
        ({"destination": URL, "settings": ["add_lead", "add_elephant"]}, 400),
        ({"destination": URL}, 400),
    ],
)
async def test_refused(at: Place, body: dict[str, Any], status: int) -> None:
    answer = await at.answer("POST", "/webhooks", body)
    assert answer.status_code == status
    assert await at.call("GET", "/webhooks") is None


async def test_a_hundred_is_the_most(at: Place) -> None:
    for number in range(100):
        body = {"destination": f"{URL}/{number}", "settings": ["add_lead"]}
        assert (await at.answer("POST", "/webhooks", body)).status_code == 201
    more = {"destination": f"{URL}/100", "settings": ["add_lead"]}
    assert (await at.answer("POST", "/webhooks", more)).status_code == 422
    known = {"destination": f"{URL}/7", "settings": ["add_task"]}
    assert (await at.answer("POST", "/webhooks", known)).status_code == 201
