import httpx2
import pytest

from amocrm_emulator.clock import SystemClock
from amocrm_emulator.crm import Crm
from amocrm_emulator.server import Emulator
from tests.amocrm_emulator.place import ANNA, BOSS, NOON, SPEC, Place

pytestmark = pytest.mark.anyio


async def test_state(at: Place) -> None:
    at.lead()
    found = await at.call("GET", "/control/state")
    assert found["entities"] == {"leads": 1}
    assert (found["events"], found["hooks_waiting"], found["now"]) == (1, 0, NOON)
    assert found["switches"] == {"events_max": 100, "has_filters": True}
    assert found["per_second"] is None


async def test_bin_and_back(at: Place) -> None:
    number = at.lead()
    at.clock.advance(9)
    path = f"/control/leads/{number}"
    assert await at.call("POST", f"{path}/delete", {"by": ANNA}) == {"done": True}
    assert await at.call("POST", f"{path}/delete", {"by": ANNA}) == {"done": False}
    assert await at.call("POST", f"{path}/restore") == {"done": True}
    assert await at.call("POST", f"{path}/restore") == {"done": False}
    assert at.events()[1:] == [("lead_deleted", ANNA), ("lead_restored", BOSS)]
    lead = await at.call("GET", f"/leads/{number}")
    assert (lead["updated_at"], lead["is_deleted"]) == (NOON + 9, False)


@pytest.mark.parametrize("path", ["leads/1/burn", "elephants/1/delete", "tasks/1/restore"])
async def test_unknown_levers(at: Place, path: str) -> None:
    assert (await at.answer("POST", f"/control/{path}")).status_code == 404


async def test_clock(at: Place) -> None:
    assert await at.call("POST", "/control/clock", {"advance": 60.5}) == {"now": NOON + 60.5}
    assert await at.call("POST", "/control/clock", {"now": 5}) == {"now": 5.0}
    assert at.clock.now() == 5


async def test_the_machines_clock_is_not_moved() -> None:
    crm = Crm.create(None, SPEC, SystemClock())
    async with (
        Emulator(crm) as emulator,
        httpx2.AsyncClient(base_url=emulator.url, trust_env=False, verify=False) as http,
    ):
        answer = await http.post("/control/clock", json={"advance": 1})
    assert answer.status_code == 409
    crm.close()
