from pathlib import Path

import httpx2
import pytest

from amocrm_emulator.account.clock import MachineClock, ManualClock, MovableClock
from amocrm_emulator.account.crm import Crm
from amocrm_emulator.serving.server import Emulator
from tests.amocrm_emulator.place import ANNA, BOSS, NOON, SPEC, Place, place

pytestmark = pytest.mark.anyio


async def test_state(at: Place) -> None:
    at.lead()
    found = await at.call("GET", "/control/state")
    assert found["entities"] == {"leads": 1}
    assert (found["events"], found["hooks_waiting"], found["now"]) == (1, 0, NOON)
    assert found["switches"]["events_max"] == 100
    assert found["switches"]["has_filters"] is True
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
async def test_unknown_controls(at: Place, path: str) -> None:
    assert (await at.answer("POST", f"/control/{path}")).status_code == 404


async def test_clock(at: Place) -> None:
    assert await at.call("POST", "/control/clock", {"advance": 60.5}) == {"now": NOON + 60.5}
    assert await at.call("POST", "/control/clock", {"now": 5}) == {"now": 5.0}
    assert at.clock.now() == 5


async def test_a_clock_that_goes_and_can_be_moved() -> None:
    clock = MovableClock()
    crm = Crm.create(None, SPEC, clock)
    before = clock.now()
    async with (
        Emulator(crm) as emulator,
        httpx2.AsyncClient(base_url=emulator.url, trust_env=False, verify=False) as http,
    ):
        await http.post("/control/clock", json={"advance": 86_400})
        assert clock.now() >= before + 86_400
        moved = await http.post("/control/clock", json={"now": NOON})
    assert moved.json()["now"] >= NOON
    assert clock.now() < before
    crm.close()


async def test_a_moved_clock_is_remembered(tmp_path: Path) -> None:
    file = tmp_path / "crm.sqlite"
    crm = Crm.create(file, SPEC, MovableClock())
    async with (
        Emulator(crm) as emulator,
        httpx2.AsyncClient(base_url=emulator.url, trust_env=False, verify=False) as http,
    ):
        await http.post("/control/clock", json={"advance": 90 * 86_400})
    crm.close()
    again = Crm.open(file, MovableClock())
    assert again.clock.now() >= MachineClock().now() + 90 * 86_400 - 1
    again.close()


async def test_pages_of_other_sites_are_refused(at: Place) -> None:
    other = await at.answer("POST", "/control/clock", {}, Origin="https://evil.example")
    assert other.status_code == 403
    own = await at.answer("POST", "/control/clock", {}, Origin=at.emulator.url)
    assert own.status_code == 200


async def test_an_account_is_saved_and_comes_back(tmp_path: Path) -> None:
    async with place(states=tmp_path / "states") as at:
        kept = at.lead(name="Есть")
        saved = await at.call("POST", "/control/state/save", {"name": "before"})
        assert Path(saved["file"]).is_file()
        later = at.lead(name="Ещё нет")
        await at.call("POST", "/control/move", {"subdomain": "renamed"})
        await at.call("POST", "/control/state/load", {"name": "before"})
        assert await at.ids("/leads", "leads") == [kept]
        assert (await at.call("GET", "/account"))["subdomain"] == SPEC.subdomain
        assert at.lead() == later  # its number was never given out


async def test_saved_into_an_emulator_with_a_file(tmp_path: Path) -> None:
    async with place(states=tmp_path) as at:
        at.lead()
        await at.call("POST", "/control/state/save", {"name": "one"})
    crm = Crm.create(tmp_path / "crm.sqlite", SPEC, ManualClock(NOON))
    async with (
        Emulator(crm, states=tmp_path) as emulator,
        httpx2.AsyncClient(base_url=emulator.url, trust_env=False, verify=False) as http,
    ):
        assert (await http.post("/control/state/load", json={"name": "one"})).status_code == 200
    crm.close()
    again = Crm.open(tmp_path / "crm.sqlite", ManualClock(NOON))
    assert again.store.rows("SELECT count(*) FROM entity") == [(1,)]
    again.close()


@pytest.mark.parametrize(
    ("verb", "name", "status"),
    [("save", "../x", 400), ("save", "", 400), ("save", 5, 400), ("load", "nothing", 404)],
)
async def test_states_that_are_none(tmp_path: Path, verb: str, name: object, status: int) -> None:
    async with place(states=tmp_path) as at:
        answer = await at.answer("POST", f"/control/state/{verb}", {"name": name})
    assert answer.status_code == status


async def test_a_file_that_is_no_account(tmp_path: Path) -> None:
    (tmp_path / "text.sqlite").write_text("not a database at all")
    async with place(states=tmp_path) as at:
        number = at.lead()
        answer = await at.answer("POST", "/control/state/load", {"name": "text"})
        assert answer.status_code == 404
        assert await at.ids("/leads", "leads") == [number]


async def test_the_machines_clock_is_not_moved() -> None:
    crm = Crm.create(None, SPEC, MachineClock())
    async with (
        Emulator(crm) as emulator,
        httpx2.AsyncClient(base_url=emulator.url, trust_env=False, verify=False) as http,
    ):
        answer = await http.post("/control/clock", json={"advance": 1})
    assert answer.status_code == 409
    crm.close()
