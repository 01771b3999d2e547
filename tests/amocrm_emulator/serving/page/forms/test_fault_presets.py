"""Trouble at the press of a button really happens to clients, and ends."""

import asyncio

import httpx2
import pytest

from amocrm_emulator.account.clock import MachineClock, MovableClock
from amocrm_emulator.serving.page.forms import fault_presets
from amocrm_emulator.serving.page.status import movable
from tests.amocrm_emulator.place import ANNA, Place, Receiver, subscribe
from tests.amocrm_emulator.serving.page.browsing import done, seen, send

pytestmark = pytest.mark.anyio


async def status_of(at: Place) -> int:
    return (await at.answer("GET", "/account")).status_code


@pytest.mark.parametrize(("name", "status"), [("busy", 429), ("ban", 403)])
async def test_refused_for_half_a_minute(at: Place, name: str, status: int) -> None:
    await done(at, "faults", api=name)
    assert f"{status} до 17:13:50" in await seen(at, "/")
    at.clock.advance(29)
    assert await status_of(at) == status
    at.clock.advance(2)
    assert await status_of(at) == 200
    assert "до 17:13:50" not in await seen(at, "/")


async def test_an_error_after_the_write_took_effect(at: Place) -> None:
    await done(at, "faults", api="after")
    assert "POST: 502 × 3" in await seen(at, "/")
    for _turn in range(3):
        assert (await at.answer("POST", "/leads", [{"name": "Окна"}])).status_code == 502
    assert (await at.answer("POST", "/leads", [{"name": "Окна"}])).status_code == 200
    assert len(await at.ids("/leads", "leads")) == 4


async def test_an_answer_that_breaks_off_is_noted(at: Place) -> None:
    at.lead()
    await done(at, "faults", api="cut")
    with pytest.raises(httpx2.TransportError):
        await at.answer("GET", "/leads")
    assert "GET /api/v4/leads" in await seen(at, "/requests")
    await done(at, "faults", api="none")
    assert (await at.answer("GET", "/leads")).status_code == 200


async def test_late_answers_and_their_end(at: Place) -> None:
    await done(at, "faults", api="late")
    assert "ответы позже на 1000 мс" in await seen(at, "/")
    for name in ("busy", "ban", "html"):
        await done(at, "faults", api=name)
    await done(at, "faults", api="none")
    assert at.emulator.wire.latency_seconds == 0
    assert await status_of(at) == 200
    assert "<b>нет" in await seen(at, "/")


async def test_no_answer_at_all_until_the_lever_is_pulled_back(at: Place, heard: Receiver) -> None:
    await subscribe(at, heard.url, "add_lead")
    await done(at, "faults", api="silent")
    asking = asyncio.create_task(at.answer("GET", "/account"))
    at.crm.leads.add(ANNA, at.clock.now(), "Окна")
    await at.emulator.flush_hooks()
    assert "не отвечает до 17:18:20" in await seen(at, "/"), "the page answers"
    assert (heard.received, asking.done()) == ([], False)
    await done(at, "faults", api="none")
    with pytest.raises(httpx2.TransportError):
        await asking
    assert await status_of(at) == 200
    await at.emulator.flush_hooks()
    assert len(heard.received) == 1, "what was held has left"


async def test_silence_ends_by_itself(at: Place) -> None:
    await done(at, "faults", api="silent")
    at.clock.advance(fault_presets.SILENT_SECONDS)
    assert await status_of(at) == 200
    assert "<b>нет" in await seen(at, "/")


async def test_the_button_of_troubles_counts_down(at: Place) -> None:
    assert "Сбои…" in await seen(at, "/")
    await done(at, "faults", api="busy")
    at.clock.advance(6.5)
    assert "Сбои: ещё 24 с" in await seen(at, "/")
    await done(at, "faults", api="none")
    await done(at, "faults", api="late")
    assert "Сбои: включены" in await seen(at, "/")


async def test_unknown_trouble(at: Place) -> None:
    assert (await send(at, "faults", api="flood")).status_code == 404


def test_the_machines_clock_is_not_moved() -> None:
    clock = MovableClock()
    assert movable(clock) is clock
    assert movable(MachineClock()) is None
