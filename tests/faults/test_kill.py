"""SIGKILL of the whole process at random instants, under load (data.md section 2; I1, I2).

After the last restart: whatever amoCRM acknowledged exists, every new lead has exactly one result,
amoCRM's responsible person is the one of the result, and the mirror equals the emulator.
"""

import asyncio
import contextlib
import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import httpx2
import pytest

from smena.app.database import embedded_url
from smena.kernel.db import Database
from smena.kernel.ids import AccountId
from tests.connectors.amocrm.mirror.equality import differences
from tests.journeys.conftest import open_folder  # noqa: F401 -- a fixture
from tests.journeys.demo import Demo, Told
from tests.patience import patience, until, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.anyio]

KILLS = int(os.environ.get("SMENA_KILLS", "20"))
SETTLE_SECONDS = 600
COMPARED_SECONDS = 3 * 86400
TWICE = """
SELECT lead_id FROM distribution_result WHERE user_id IS NOT NULL
 GROUP BY lead_id HAVING count(*) > 1
"""


class Customers(threading.Thread):
    """Bring leads for as long as they are let; remember which ones amoCRM acknowledged."""

    def __init__(self, told: Told) -> None:
        super().__init__(daemon=True)
        self._told = told
        self._stop_asked = threading.Event()
        self.acknowledged: list[int] = []

    def run(self) -> None:
        headers = {"Authorization": f"Bearer {self._told.emulator_token}"}
        with httpx2.Client(base_url=self._told.emulator_url, headers=headers) as client:
            while not self._stop_asked.is_set():
                with contextlib.suppress(httpx2.HTTPError):
                    answer = client.post("/api/v4/leads", json=[{"name": "Под нагрузкой"}])
                    if answer.status_code == httpx2.codes.OK:
                        self.acknowledged.append(answer.json()["_embedded"]["leads"][0]["id"])
                self._stop_asked.wait(0.25)

    def end(self) -> None:
        self._stop_asked.set()
        self.join(timeout=patience())
        assert not self.is_alive(), "the customers did not leave"


@pytest.fixture
def killed(open_folder: Path) -> Iterator[tuple[Demo, Told, list[int]]]:  # noqa: F811 -- a fixture
    """A demo after its last restart, and the leads that were acknowledged on the way."""
    dice = random.Random(20)
    demo = Demo(open_folder / "killed", "--users", "6", "--seed", "5", "--speed", "4")
    acknowledged: list[int] = []
    told = demo.start()
    for _ in range(KILLS):
        customers = Customers(told)
        customers.start()
        time.sleep(dice.uniform(0.2, 3.0))
        if dice.random() < 0.5:
            os.killpg(demo.pid, signal.SIGKILL)  # with the emulator: the whole machine's worth
        demo.kill()
        customers.end()
        acknowledged += customers.acknowledged
        told = demo.start()
    yield demo, told, acknowledged
    demo.stop()


async def test_nothing_acknowledged_is_lost_and_nothing_happens_twice(
    killed: tuple[Demo, Told, list[int]],
) -> None:
    demo, told, acknowledged = killed
    assert len(acknowledged) > KILLS
    connection = await asyncpg.connect(embedded_url(demo.folder))
    try:
        await _settled(connection, acknowledged)
        rows = await connection.fetch(
            "SELECT lead_id, user_id, state FROM distribution_result WHERE lead_id = ANY($1)",
            acknowledged,
        )
        assert len(rows) == len(acknowledged), "each lead has exactly one result"
        given = {row["lead_id"]: row["user_id"] for row in rows}
        assert {row["state"] for row in rows} == {"done"}
        assert given == _responsible(told, acknowledged)
        mirror = await connection.fetch(
            "SELECT id, responsible_id FROM crm_lead WHERE id = ANY($1)", acknowledged
        )
        assert {row["id"]: row["responsible_id"] for row in mirror} == given
        assert not await connection.fetch(TWICE), "nobody's lead was decided twice, ours or theirs"
    finally:
        await connection.close()
    await _mirror_equals(demo, told)


async def _mirror_equals(demo: Demo, told: Told) -> None:
    """Compare every card and the last days' events with amoCRM's.

    The team goes on meanwhile: what differs must pass.
    """
    async with httpx2.AsyncClient(base_url=told.emulator_url) as client:
        await client.post("/control/limits", json={"per_second": None})
    db = Database.open(embedded_url(demo.folder))
    account, end = AccountId(told.account_id), time.monotonic() + patience(SETTLE_SECONDS)
    where, since = (told.emulator_url, told.emulator_token), int(time.time()) - COMPARED_SECONDS
    try:
        while found := await differences(db, account, *where, since=since):
            assert time.monotonic() < end, "\n".join(found)
            await asyncio.sleep(1)
    finally:
        await db.close()


async def _settled(connection: asyncpg.Connection, leads: list[int]) -> None:
    query = """
        SELECT count(*) FROM distribution_result WHERE lead_id = ANY($1) AND state = 'done'
    """

    async def all_are_done() -> bool:
        done: int = await connection.fetchval(query, leads)
        return done >= len(leads)

    await until(all_are_done, SETTLE_SECONDS, pause=0.5)


def _responsible(told: Told, leads: list[int]) -> dict[int, int]:
    headers = {"Authorization": f"Bearer {told.emulator_token}"}
    found: dict[int, int] = {}
    with httpx2.Client(base_url=told.emulator_url, headers=headers) as client:
        for start in range(0, len(leads), 100):
            part = "&".join(f"filter[id][]={lead}" for lead in leads[start : start + 100])

            def read(query: str = part) -> httpx2.Response | None:
                answer = client.get(f"/api/v4/leads?limit=250&{query}")
                return answer if answer.status_code == httpx2.codes.OK else None

            answer = wait_for(read, "the emulator's leads")
            for lead in answer.json()["_embedded"]["leads"]:
                found[lead["id"]] = lead["responsible_user_id"]
    return found
