import pytest

from amocrm_emulator.serving.api.kit.limiter import RequestLimiter
from tests.amocrm_emulator.place import TOKEN, TOKEN_OF_ANNA, Place, place

pytestmark = pytest.mark.anyio


def test_seven_in_any_second() -> None:
    limiter = RequestLimiter()
    admitted = [limiter.admits("a", moment / 8) for moment in range(24)]
    assert admitted == ([True] * 7 + [False]) * 3
    assert limiter.refused == 3


def test_each_token_for_itself_and_fifty_for_all() -> None:
    limiter = RequestLimiter()
    assert all(limiter.admits(f"token {number % 10}", 1.0) for number in range(50))
    assert not limiter.admits("one more", 1.5)
    assert limiter.admits("one more", 2.0)


def test_who_goes_on_is_shut_out_for_a_time() -> None:
    limiter = RequestLimiter(per_second=1, ban_after=3, ban_seconds=30)
    assert [limiter.admits("a", 0.1 * number) for number in range(3)] == [True, False, False]
    assert not limiter.is_closed(0.3)
    assert not limiter.admits("a", 0.4)
    assert limiter.is_closed(0.5)
    assert limiter.is_closed(30.3)
    assert not limiter.is_closed(30.4)
    assert limiter.banned == 2


def test_violations_are_forgotten_in_a_minute() -> None:
    limiter = RequestLimiter(per_second=1, ban_after=2)
    for start in (0.0, 60.0, 120.0):
        assert limiter.admits("a", start)
        assert not limiter.admits("a", start)
        assert not limiter.is_closed(start)


async def test_the_ban_is_403_with_html(at: Place) -> None:
    await at.call("POST", "/control/limits", {"per_second": 1, "ban_after": 2, "ban_seconds": 9})
    statuses = [(await at.answer("GET", "/leads")).status_code for _ in range(4)]
    assert statuses == [204, 429, 429, 403]
    refused = await at.answer("GET", "/account", token=TOKEN_OF_ANNA)
    assert (refused.status_code, refused.headers["content-type"][:9]) == (403, "text/html")
    at.clock.advance(9)
    assert (await at.answer("GET", "/leads")).status_code == 204
    assert (await at.call("GET", "/control/requests"))["banned"] == 2


async def test_the_account_has_a_limit_of_its_own(at: Place) -> None:
    await at.call("POST", "/control/limits", {"per_second": 2, "account_per_second": 3})
    tokens = (TOKEN, TOKEN_OF_ANNA) * 2
    statuses = [(await at.answer("GET", "/account", token=one)).status_code for one in tokens]
    assert statuses == [200, 200, 200, 429]


@pytest.mark.parametrize(
    "body",
    [
        {"per_second": 0},
        {"per_second": "7"},
        {"account_per_second": None},
        {"ban_seconds": -1},
        {"latency_ms": True},
        {"speed": 1},
    ],
)
async def test_limits_that_are_none(at: Place, body: dict[str, object]) -> None:
    assert (await at.answer("POST", "/control/limits", body)).status_code == 400


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
