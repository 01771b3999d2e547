"""Holidays on the panel: no red, and the head says what day it is."""

from datetime import date

import httpx2
import pytest

from smena.activity.panel import queries
from smena.activity.panel.days import Panel
from smena.kernel.clock import SetClock
from smena.kernel.db import Database
from smena.staff import actions as staff
from smena.staff.core.own_day import GivenDay
from smena.staff.model import OFFICE_DAY, OFFICE_HOURS, DayKind, WorkHours
from tests.activity.cast import DAY, at
from tests.activity.stand import ACCOUNT, AFTERNOON, ANNA, BORIS, Floor, head, make_app
from tests.web.site import visitor

pytestmark = pytest.mark.anyio
UNITY_DAY, EVE = date(2026, 11, 4), date(2026, 11, 3)
HOUR = 3600


def back(clock: str, day: date) -> int:
    return at(clock) - (date(2026, 11, 20) - day).days * DAY


async def floor_of(db: Database) -> None:
    floor = Floor(db)
    await floor.open()
    for day in (UNITY_DAY, EVE):
        floor.does(ANNA, [back("10:00", day), back("10:05", day)])
        floor.does(BORIS, [back("10:00", day), back("10:05", day)])
    await floor.absorb()
    async with db.tenant(ACCOUNT) as tx:
        always = WorkHours(OFFICE_HOURS.week, works_on_holidays=True)
        await staff.set_hours(tx, BORIS, always, AFTERNOON)


async def panel(db: Database, day: date) -> Panel:
    async with db.tenant(ACCOUNT) as tx:
        return await queries.panel(tx, day, AFTERNOON)


async def page(db: Database, day: date, **headers: str) -> str:
    async with visitor(make_app(db, SetClock(AFTERNOON), head())) as browser:
        answer: httpx2.Response = await browser.get(f"/activity?date={day}", headers=headers)
    return answer.text


async def test_nobody_is_idle_on_a_holiday_but_who_works_then(db: Database) -> None:
    await floor_of(db)
    people = (await panel(db, UNITY_DAY)).people
    assert people[ANNA].lane.totals.idle == 0
    assert people[ANNA].lane.frame.shifts == ()
    assert people[ANNA].lane.totals.active > 0, "work on a holiday is seen all the same"
    assert people[BORIS].lane.totals.idle > 8 * HOUR


async def test_an_eve_ends_an_hour_earlier(db: Database) -> None:
    await floor_of(db)
    people = (await panel(db, EVE)).people
    (short,), (whole,) = people[ANNA].lane.frame.shifts, people[BORIS].lane.frame.shifts
    assert (short.start, short.end + HOUR) == (whole.start, whole.end)


async def test_the_head_says_what_day_it_is(db: Database) -> None:
    await floor_of(db)
    text = await page(db, UNITY_DAY)
    assert "Праздник: День народного единства" in text
    assert '<small class="secondary">праздник' in text
    assert "Короткий день, завтра День народного единства" in await page(db, EVE)
    assert 'id="day-special"' not in await page(db, date(2026, 11, 5))
    assert "Holiday: Unity Day" in await page(db, UNITY_DAY, cookie="language=en")


async def test_the_companys_own_day(db: Database) -> None:
    await floor_of(db)
    async with db.tenant(ACCOUNT) as tx:
        await staff.set_day(tx, GivenDay("2026-11-03", DayKind.OFF, "<переезд>"), AFTERNOON)
    text = await page(db, EVE)
    assert "Выходной компании: &lt;переезд&gt;" in text
    assert "выходной по календарю" in text


async def test_a_moved_day_off_says_whence_and_is_no_holiday(db: Database) -> None:
    """CAL-c, CAL-d: Anna has the Friday instead of a Saturday, Boris works on Saturdays."""
    moved = date(2026, 1, 9)
    floor = Floor(db)
    await floor.open()
    floor.does(BORIS, [back("10:00", moved), back("10:05", moved)])
    await floor.absorb()
    async with db.tenant(ACCOUNT) as tx:
        six = WorkHours((OFFICE_DAY,) * 6 + ((),))
        await staff.set_hours(tx, BORIS, six, AFTERNOON)
    people = (await panel(db, moved)).people
    assert people[ANNA].lane.frame.shifts == ()
    (shift,) = people[BORIS].lane.frame.shifts
    assert shift.end - shift.start == 9 * HOUR
    text = await page(db, moved)
    assert "Выходной: перенос с 3 января" in text
    assert '<small class="secondary">перенос с 3 января' in text
    assert "Новогодние каникулы" not in text
    english = await page(db, moved, cookie="language=en")
    assert "A day off: moved from January 3" in english


async def test_the_head_speaks_for_the_usual_week(db: Database) -> None:
    """Where everybody works on Saturdays, that Friday is a day like any other."""
    floor = Floor(db)
    await floor.open()
    async with db.tenant(ACCOUNT) as tx:
        await staff.set_default(tx, WorkHours((OFFICE_DAY,) * 6 + ((),)), AFTERNOON)
    assert (await panel(db, date(2026, 1, 9))).special is None
    eve = (await panel(db, date(2026, 3, 7))).special
    assert eve is not None
    assert eve.kind is DayKind.SHORT
