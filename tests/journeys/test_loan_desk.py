"""Real input: a day of a loan desk goes through the emulator's API onto the panel."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from amocrm_emulator.account.clock import ManualClock
from amocrm_emulator.account.crm import Crm
from amocrm_emulator.team.log import read_log
from amocrm_emulator.team.replay import Replay
from smena.activity.panel import queries as activity
from smena.kernel.clock import SystemClock
from smena.kernel.db import Database
from smena.staff import actions as staff
from tests.connectors.amocrm.account import ACCOUNT, TOKEN
from tests.connectors.amocrm.stand import stand
from tests.journeys.loan_desk import RECORDED, ROBOT, convert

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

DAY = date(2012, 1, 10)
AMSTERDAM = "Europe/Amsterdam"
TODAY = SystemClock().now().astimezone(ZoneInfo(AMSTERDAM)).date()
EVENING = datetime.combine(TODAY, time(23, 30), ZoneInfo(AMSTERDAM)).astimezone(UTC)
"""The recorded day is played onto today; here it is nearly over."""


@pytest.mark.skipif(not RECORDED.exists(), reason="the recorded loan-desk log is not here")
async def test_a_recorded_day_shows_its_people_and_not_the_robot(
    db: Database, tmp_path: Path
) -> None:
    recorded = convert(DAY, tmp_path / "day.csv")
    assert len(recorded) > 20
    crm = await asyncio.to_thread(_played, tmp_path / "day.csv")
    async with stand(db, crm, history_days=14) as desk:
        desk.clock.offset = EVENING - desk.clock.now()
        await desk.connect()
        await desk.load()
        async with db.tenant(ACCOUNT) as tx:
            await staff.ensure_default(tx)
            panel = await activity.panel(tx, TODAY, desk.clock.now())
    acted = {one.user.name for one in panel.people.values() if one.lane.totals.events}
    missing = {person for person in recorded if not any(person in name for name in acted)}
    assert not missing, "everybody who acted is on the panel"
    assert not any(ROBOT in name.split() for name in acted)
    assert panel.robots > 0, "the robot's acts are counted apart"
    assert any(one.lane.totals.calls_union for one in panel.people.values())


def _played(path: Path) -> Crm:
    """Make an account of the log's people and let the whole day happen in it."""
    clock = ManualClock(EVENING.timestamp())
    log = read_log(path)
    spec = log.spec(AMSTERDAM)
    spec = replace(spec, id=ACCOUNT, tokens=((TOKEN, spec.users[0].id),))
    crm = Crm.create(None, spec, clock)
    replay = Replay(crm, log, day=DAY, clock=clock)
    while replay.play_due():
        pass
    return crm
