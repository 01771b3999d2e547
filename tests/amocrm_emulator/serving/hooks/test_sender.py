"""Delivery of webhooks against the vendor's table, by a clock that a test moves."""

import pytest

from amocrm_emulator.serving.hooks.sender import FAILURES_MAX
from tests.amocrm_emulator.place import BOSS, Place, Receiver, subscribe

pytestmark = pytest.mark.anyio
MINUTE = 60


async def new_leads(at: Place, count: int = 1) -> None:
    for _ in range(count):
        at.crm.leads.add(BOSS, at.clock.now(), "Поставка")
    await at.emulator.flush_hooks()


@pytest.mark.parametrize(
    ("statuses", "pauses"),
    [
        pytest.param([200], [], id="good"),
        pytest.param([204], [], id="any 2xx is good"),
        pytest.param([500, 200], [5], id="good at the second attempt"),
        pytest.param([404, 404, 404], [5, 15], id="three attempts for a refusal"),
        pytest.param([302, 302, 302], [5, 15], id="a redirect is a refusal"),
        pytest.param([500] * 5, [5, 15, 15, 60], id="five attempts for trouble of the server"),
        pytest.param([499] * 5, [5, 15, 15, 60], id="499 counts as the server's"),
        pytest.param([500, 500, 404], [5, 15], id="the fourth only after a server's trouble"),
        pytest.param([500, 500, 500, 404], [5, 15, 15], id="and so the fifth"),
    ],
)
async def test_repeats(
    at: Place, heard: Receiver, statuses: list[int | None], pauses: list[int]
) -> None:
    await subscribe(at, heard.url, "add_lead")
    heard.statuses = list(statuses)
    await new_leads(at)
    for number, pause in enumerate(pauses, start=1):
        at.clock.advance(pause * MINUTE - 1)
        await at.emulator.flush_hooks()
        assert len(heard.received) == number, "too early"
        at.clock.advance(1)
        await at.emulator.flush_hooks()
        assert len(heard.received) == number + 1
    at.clock.advance(24 * 60 * MINUTE)
    await at.emulator.flush_hooks()
    assert len(heard.received) == len(statuses)
    assert len({one.body for one in heard.received}) == 1
    assert len({one.headers["x-amocrm-requestid"] for one in heard.received}) == 1


async def test_a_request_id_may_be_new_each_time(at: Place, heard: Receiver) -> None:
    await at.call("POST", "/control/switches", {"renews_request_ids": True})
    await subscribe(at, heard.url, "add_lead")
    heard.statuses = [500, 500, 200]
    await new_leads(at)
    for pause in (5, 15):
        at.clock.advance(pause * MINUTE)
        await at.emulator.flush_hooks()
    assert len({one.headers["x-amocrm-requestid"] for one in heard.received}) == 3


async def test_silence_is_a_refusal(at: Place, heard: Receiver) -> None:
    """Two seconds without an answer: three attempts in all."""
    await subscribe(at, heard.url, "add_lead")
    heard.statuses = [None]
    await new_leads(at)
    at.clock.advance(5 * MINUTE)
    await at.emulator.flush_hooks()
    assert len(heard.received) == 2


async def is_off(at: Place) -> bool:
    found = await at.call("GET", "/webhooks")
    return bool(found["_embedded"]["webhooks"][0]["disabled"])


async def test_switched_off_after_a_hundred_bad_answers(at: Place, heard: Receiver) -> None:
    await subscribe(at, heard.url, "add_lead")
    heard.statuses = [404] * (FAILURES_MAX + 1)
    await new_leads(at, FAILURES_MAX)
    assert not await is_off(at)
    await new_leads(at)
    assert await is_off(at)
    sent = len(heard.received)
    await new_leads(at)
    at.clock.advance(5 * MINUTE)
    await at.emulator.flush_hooks()
    assert len(heard.received) == sent
    await subscribe(at, heard.url, "add_lead")
    await new_leads(at)
    assert not await is_off(at)
    assert len(heard.received) == sent + 1


async def test_bad_answers_of_long_ago_do_not_count(at: Place, heard: Receiver) -> None:
    await subscribe(at, heard.url, "add_lead")
    heard.statuses = [404] * 60
    await new_leads(at, 60)
    at.crm.store.run("DELETE FROM delivery")  # leave the repeats out
    at.clock.advance(2 * 60 * MINUTE + 1)
    heard.statuses = [404] * 60
    await new_leads(at, 60)
    assert not await is_off(at)


async def test_dropped_and_doubled(at: Place, heard: Receiver) -> None:
    await subscribe(at, heard.url, "add_lead")
    await at.call("POST", "/control/faults", {"drop": 1})
    await new_leads(at, 3)
    assert heard.received == []
    await at.call("POST", "/control/faults", {"duplicate": 1})
    await new_leads(at, 2)
    assert len(heard.received) == 4
    assert len({one.body for one in heard.received}) == 2


async def test_overtaken(at: Place, heard: Receiver) -> None:
    """Nothing is lost, and the order is another one."""
    await subscribe(at, heard.url, "add_lead")
    await at.call("POST", "/control/faults", {"reorder": 0.3, "seed": 3})
    for _ in range(30):
        at.crm.leads.add(BOSS, at.clock.now(), "Поставка")
    await at.emulator.flush_hooks()
    numbers = [int(one.fields["leads[add][0][id]"]) for one in heard.received]
    assert len(numbers) == 30
    assert sorted(numbers) == list(range(min(numbers), min(numbers) + 30))
    held_back = [
        number for place, number in enumerate(numbers) if number < max(numbers[: place + 1])
    ]
    assert len(held_back) >= 5
