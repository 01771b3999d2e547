"""Faults as clients meet them, over a real socket."""

import asyncio
import contextlib
from typing import Any

import httpx2
import pytest

from tests.amocrm_emulator.place import TOKEN, Place
from tests.amocrm_emulator.serving.oauth.stage import by_refresh, integrated, paired

pytestmark = pytest.mark.anyio


async def script(at: Place, *faults: dict[str, Any]) -> None:
    await at.call("POST", "/control/faults/api", list(faults))


async def add(at: Place, count: int = 1) -> httpx2.Response:
    return await at.answer("POST", "/leads", [{"name": "Поставка"}] * count)


def leads(at: Place) -> int:
    return int(at.crm.store.rows("SELECT count(*) FROM entity WHERE kind = 'leads'")[0][0])


@pytest.mark.parametrize(
    ("fault", "status", "kind", "effect"),
    [
        ({"kind": "status"}, 500, "application/problem+json", 0),
        ({"kind": "status", "status": 502, "look": "html"}, 502, "text/html", 0),
        ({"kind": "status", "status": 503, "look": "empty"}, 503, "", 0),
        ({"kind": "status", "status": 429, "look": "html"}, 429, "text/html", 0),
        ({"kind": "status", "when": "after"}, 500, "application/problem+json", 1),
        ({"kind": "html"}, 200, "text/html", 0),
        ({"kind": "html", "when": "after"}, 200, "text/html", 1),
        ({"kind": "empty", "when": "after"}, 200, "application/hal+json", 1),
        ({"kind": "nothing"}, 204, "", 0),
    ],
)
async def test_another_answer(
    at: Place, fault: dict[str, Any], status: int, kind: str, effect: int
) -> None:
    await script(at, fault)
    answer = await add(at)
    assert answer.status_code == status
    assert answer.headers.get("content-type", "").startswith(kind)
    assert bool(answer.headers.get("content-type")) == bool(kind)
    assert leads(at) == effect
    await script(at)
    assert (await add(at)).status_code == 200


async def test_empty_is_empty(at: Place) -> None:
    at.lead()
    await script(at, {"kind": "empty", "when": "after"})
    assert (await at.answer("GET", "/leads")).content == b""


async def test_a_batch_that_is_too_large(at: Place) -> None:
    await script(at, {"kind": "large_batch", "over": 2, "when": "after"})
    assert (await add(at, 2)).status_code == 200
    assert (await add(at, 3)).status_code == 504
    assert leads(at) == 5


async def test_cut(at: Place) -> None:
    at.lead()
    await script(at, {"kind": "cut"})
    answer = await at.answer("GET", "/leads")
    assert answer.status_code == 200
    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        answer.json()


@pytest.mark.parametrize(
    ("when", "effect", "error"),
    [
        ("before", 0, httpx2.ReadError),
        ("after", 1, httpx2.ReadError),
        ("middle", 1, httpx2.HTTPError),
    ],
)
async def test_the_connection_breaks(
    at: Place, when: str, effect: int, error: type[Exception]
) -> None:
    await script(at, {"kind": "reset", "when": when, "times": 1})
    with pytest.raises(error):
        await add(at)
    assert leads(at) == effect
    assert (await add(at)).status_code == 200


async def test_a_reset_is_a_reset(at: Place) -> None:
    """The socket says so: no orderly end of the stream."""
    await script(at, {"kind": "reset"})
    host, _, port = at.emulator.url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"GET /api/v4/leads HTTP/1.1\r\nHost: x\r\n\r\n")
    with pytest.raises(ConnectionResetError):
        await reader.read()
    writer.close()


async def test_half_of_an_answer_comes_through(at: Place) -> None:
    at.lead()
    whole = (await at.answer("GET", "/leads")).content
    await script(at, {"kind": "reset", "when": "middle"})
    got = b""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with at.http.stream("GET", "/api/v4/leads", headers=headers) as answer:
        with contextlib.suppress(httpx2.HTTPError):
            async for part in answer.aiter_raw():
                got += part
    assert got == whole[: len(whole) // 2]


@pytest.mark.parametrize(("when", "effect"), [("before", 0), ("after", 1)])
async def test_a_black_hole(at: Place, when: str, effect: int) -> None:
    await script(at, {"kind": "black_hole", "when": when, "seconds": 3600})
    with pytest.raises(httpx2.ReadTimeout):
        await at.http.post(
            "/api/v4/leads", json=[{}], timeout=0.3, headers={"Authorization": f"Bearer {TOKEN}"}
        )
    assert leads(at) == effect


async def test_a_black_hole_does_not_hold_the_emulator_up(at: Place) -> None:
    await script(at, {"kind": "black_hole", "seconds": 3600})
    call = asyncio.create_task(at.answer("GET", "/leads"))
    while not (await at.call("GET", "/control/faults/api"))[0]["struck"]:
        await asyncio.sleep(0)
    at.emulator.wire.closing.set()
    with pytest.raises(httpx2.HTTPError):
        await call


async def test_drops(at: Place) -> None:
    at.lead()
    whole = (await at.answer("GET", "/leads")).json()
    await script(at, {"kind": "slow", "seconds": 0.2})
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with at.http.stream("GET", "/api/v4/leads", headers=headers) as answer:
        parts = [part async for part in answer.aiter_raw()]
    assert len(parts) > 5
    assert (await at.answer("GET", "/leads")).json() == whole


async def test_late(at: Place) -> None:
    await script(at, {"kind": "delay", "seconds": 0.01})
    assert (await add(at)).status_code == 200
    await at.call("POST", "/control/limits", {"latency_ms": 10})
    assert (await add(at)).status_code == 200
    assert (await at.answer("POST", "/control/limits", {"latency_ms": -1})).status_code == 400


async def test_a_ban_is_for_everybody_and_for_a_time(at: Place) -> None:
    await script(at, {"kind": "ban", "seconds": 60, "times": 1})
    statuses = [(await at.answer("GET", "/account")).status_code for _ in range(2)]
    assert statuses == [403, 403]
    at.clock.advance(60)
    assert (await at.answer("GET", "/account")).status_code == 200


async def test_a_token_that_ends_in_the_middle_of_a_walk(at: Place) -> None:
    await integrated(at)
    pair = await paired(at)
    await script(at, {"kind": "expire", "nth": 2, "times": 1, "path": "/api/*"})
    statuses = [
        (await at.answer("GET", "/account", token=pair["access_token"])).status_code
        for _ in range(3)
    ]
    assert statuses == [200, 401, 401]
    fresh = (await by_refresh(at, pair["refresh_token"])).json()["access_token"]
    assert (await at.answer("GET", "/account", token=fresh)).status_code == 200


async def test_a_plain_token_is_refused_once(at: Place) -> None:
    await script(at, {"kind": "expire", "times": 1})
    statuses = [(await at.answer("GET", "/account")).status_code for _ in range(2)]
    assert statuses == [401, 200]


async def test_the_token_endpoint_has_its_faults(at: Place) -> None:
    """A pair that is committed and never heard of."""
    await integrated(at)
    pair = await paired(at)
    lost = {"kind": "reset", "when": "after", "path": "/oauth2/access_token", "times": 1}
    await script(at, lost)
    with pytest.raises(httpx2.ReadError):
        await by_refresh(at, pair["refresh_token"])
    again = await by_refresh(at, pair["refresh_token"])
    assert again.json()["hint"] == "Token has been revoked"


async def test_bent_answers_keep_their_status(at: Place) -> None:
    number = at.lead()
    await script(at, {"kind": "text_ids", "times": 1})
    found = await at.call("GET", "/leads")
    assert found["_embedded"]["leads"][0]["id"] == str(number)


async def test_a_script_is_shown_and_ended(at: Place) -> None:
    fault = {"kind": "status", "path": "/api/v4/tasks"}
    await script(at, fault)
    await at.answer("GET", "/tasks")
    (line,) = await at.call("GET", "/control/faults/api")
    assert (line["fault"]["kind"], line["seen"], line["struck"]) == ("status", 1, 1)
    assert (await at.answer("DELETE", "/control/faults/api")).status_code == 204
    assert (await at.answer("GET", "/tasks")).status_code == 204
    wrong = await at.answer("POST", "/control/faults/api", [{"kind": "boom"}])
    assert wrong.status_code == 400
    assert "boom" in wrong.json()["detail"]
