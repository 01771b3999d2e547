"""Days of people out of a real mirror."""

from datetime import date, timedelta

import pytest

from smena.activity import store
from smena.activity.panel import queries
from smena.activity.panel.days import Panel
from smena.crm.model.entities import UserId
from smena.kernel.db import Database
from smena.staff import actions as staff
from smena.staff.model import OFFICE_HOURS, Period, WorkHours
from tests.activity.cast import MINUTE, at, zones
from tests.activity.stand import (
    ACCOUNT,
    AFTERNOON,
    ANNA,
    BORIS,
    EGOR,
    GONE,
    ROBOT,
    VERA,
    WIDGET,
    Floor,
    moment,
)

pytestmark = pytest.mark.anyio
FRIDAY = date(2026, 11, 20)
NIGHT = WorkHours(((Period(1260, 1800),),) * 7)


async def shown(db: Database, day: date = FRIDAY, clock: str = "15:24") -> Panel:
    async with db.tenant(ACCOUNT) as tx:
        return await queries.panel(tx, day, moment(clock))


async def test_a_day_with_changes_and_calls(db: Database) -> None:
    floor = Floor(db)
    await floor.open()
    floor.does(ANNA, ["09:04", "09:09", "09:30", "09:38"])
    floor.calls_out(ANNA, at("11:00"), 20 * MINUTE)
    floor.does(ANNA, ["11:10"], kind="outgoing_call")
    await floor.absorb()
    anna = (await shown(db)).people[ANNA].lane
    assert zones(anna, "a") == ["09:03-09:09", "09:29-09:38"]
    assert zones(anna, "c") == ["11:00-11:20"]
    assert (anna.totals.events, anna.totals.calls_count, anna.totals.late) == (5, 1, 4 * MINUTE)


async def test_robots_are_no_people_and_their_events_are_counted(db: Database) -> None:
    floor = Floor(db)
    await floor.open()
    floor.does(ROBOT, ["03:00", "12:00"])
    floor.does(ANNA, ["04:00"], client=WIDGET)
    floor.does(ANNA, ["09:30"])
    floor.does(ROBOT, ["-1:00", "25:00"])
    await floor.absorb()
    panel = await shown(db)
    assert ROBOT not in panel.people
    assert panel.people[ANNA].lane.totals.first == at("09:30")
    assert panel.automatic == 3


async def test_an_allowed_integration_is_the_persons_own_hand(db: Database) -> None:
    floor = Floor(db)
    await floor.open()
    floor.does(ANNA, ["09:30"], client=WIDGET)
    await floor.absorb()
    async with db.tenant(ACCOUNT) as tx:
        await store.ensure(tx, "Отдел продаж")
        await store.ensure(tx, "Второй раз ничего не меняет")
        await tx.run("UPDATE activity_panel SET clients = ARRAY[:client]", client=WIDGET)
    panel = await shown(db)
    assert (panel.automatic, panel.people[ANNA].lane.totals.events) == (0, 1)
    assert panel.settings.name == "Отдел продаж"


async def test_who_left_is_shown_on_days_they_acted(db: Database) -> None:
    floor = Floor(db)
    await floor.open()
    floor.does(GONE, ["10:00"])
    await floor.absorb()
    assert GONE in (await shown(db)).people
    assert GONE not in (await shown(db, FRIDAY - timedelta(days=1))).people


async def test_a_night_belongs_to_the_date_it_began(db: Database) -> None:
    floor = Floor(db)
    await floor.open()
    async with db.tenant(ACCOUNT) as tx:
        await staff.set_hours(tx, EGOR, NIGHT, AFTERNOON)
    floor.does(EGOR, ["21:10", "23:55", "24:04", "29:50"])
    floor.calls_out(EGOR, at("25:00"), 20 * MINUTE)
    floor.does(ANNA, ["23:55", "24:04"])
    await floor.absorb()
    friday = await shown(db, clock="31:00")
    saturday = await shown(db, FRIDAY + timedelta(days=1), clock="31:00")
    assert friday.people[EGOR].lane.totals.active == 32 * MINUTE
    assert friday.people[EGOR].lane.totals.elapsed == 9 * 3600
    assert saturday.people[EGOR].lane.totals.events == 0
    assert friday.people[ANNA].lane.totals.events == 1
    assert saturday.people[ANNA].lane.totals.events == 1


async def test_only_some_people(db: Database) -> None:
    floor = Floor(db)
    await floor.open()
    floor.does(ANNA, ["10:00"])
    floor.does(BORIS, ["10:00"])
    await floor.absorb()
    async with db.tenant(ACCOUNT) as tx:
        panel = await queries.panel(tx, FRIDAY, AFTERNOON, [BORIS])
    assert list(panel.people) == [BORIS]


async def test_a_renewed_panel_equals_one_read_whole(db: Database) -> None:
    floor = Floor(db)
    await floor.open()
    floor.does(ANNA, ["10:00"])
    floor.does(VERA, ["10:00"], client=WIDGET)
    await floor.absorb()
    before = await shown(db)
    floor.does(BORIS, ["15:20"])
    floor.does(GONE, ["15:20"])
    floor.does(VERA, ["15:21"], client=WIDGET)
    await floor.absorb()
    async with db.tenant(ACCOUNT) as tx:
        after = await queries.renewed(tx, before, AFTERNOON, {BORIS, GONE, VERA})
    again = await shown(db)
    assert dict(after.people) == dict(again.people)
    assert after.automatic == again.automatic == 2


async def test_a_person_with_everything_behind_the_lane(db: Database) -> None:
    floor = Floor(db)
    await floor.open()
    floor.does(ANNA, ["10:00", "10:05"], kind="task_completed")
    floor.does(ANNA, ["10:06"], kind="incoming_chat_message")
    floor.does(ANNA, ["10:07"], client=WIDGET)
    await floor.absorb()
    async with db.tenant(ACCOUNT) as tx:
        facts = await queries.person(tx, ANNA, FRIDAY, AFTERNOON)
        stranger = await queries.person(tx, UserId(999), FRIDAY, AFTERNOON)
    assert stranger is None
    assert facts is not None
    assert list(facts.events) == [(at("10:00"), "task_completed"), (at("10:05"), "task_completed")]
    assert (facts.received, facts.machine) == (1, 1)


async def test_a_zone_of_ones_own(db: Database) -> None:
    floor = Floor(db)
    await floor.open()
    async with db.tenant(ACCOUNT) as tx:
        own = WorkHours(OFFICE_HOURS.week, "Asia/Yekaterinburg")
        await staff.set_hours(tx, ANNA, own, AFTERNOON)
    floor.does(ANNA, ["07:05"])
    await floor.absorb()
    person = (await shown(db)).people[ANNA]
    assert person.time_zone == "Asia/Yekaterinburg"
    assert person.lane.totals.late == 5 * MINUTE
