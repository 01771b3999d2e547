import pytest

from amocrm_emulator.api.gate import Gate
from tests.amocrm_emulator.place import TOKEN, TOKEN_OF_ANNA, Place, place

pytestmark = pytest.mark.anyio


def test_seven_in_any_second() -> None:
    gate = Gate()
    admitted = [gate.admits("a", moment / 8) for moment in range(24)]
    assert admitted == ([True] * 7 + [False]) * 3
    assert gate.refused == 3


def test_each_token_for_itself_and_fifty_for_all() -> None:
    gate = Gate()
    assert all(gate.admits(f"token {number % 10}", 1.0) for number in range(50))
    assert not gate.admits("one more", 1.5)
    assert gate.admits("one more", 2.0)


async def test_429_is_html() -> None:
    async with place(per_second=7) as at:
        statuses = [(await at.answer("GET", "/leads")).status_code for _ in range(8)]
        assert statuses == [204] * 7 + [429]
        refused = await at.answer("GET", "/leads")
        assert refused.headers["content-type"].startswith("text/html")
        assert refused.text.startswith("<html>")
        assert (await at.answer("GET", "/account", token=TOKEN_OF_ANNA)).status_code == 200
        at.clock.advance(1)
        assert (await at.answer("GET", "/leads")).status_code == 204


async def test_the_limit_is_switched_and_counted(at: Place) -> None:
    at.lead()
    (number,) = await at.ids("/leads", "leads")
    await at.call("POST", "/control/limits", {"per_second": 1})
    assert (await at.answer("GET", f"/leads/{number}")).status_code == 200
    assert (await at.answer("GET", "/leads", token="nobody")).status_code == 401
    assert (await at.answer("GET", "/leads", token=TOKEN)).status_code == 429
    await at.call("POST", "/control/limits", {"per_second": None})
    assert (await at.answer("GET", "/leads", token=TOKEN)).status_code == 200
    counts = await at.call("GET", "/control/requests")
    assert counts["requests"] == {"GET /api/v4/leads": 4, "GET /api/v4/leads/{id}": 1}
    assert counts["clients"] == {"9000001": 4, "unknown": 1}
    assert counts["refused"] == 1
