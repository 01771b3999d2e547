"""Working hours on the screen."""

import re

import httpx2
import pytest

from smena.kernel.clock import SetClock
from smena.kernel.db import Database
from smena.staff import queries
from smena.staff.model import OFFICE_HOURS, Period
from tests.activity.stand import (
    ACCOUNT,
    AFTERNOON,
    BORIS,
    Floor,
    admin,
    employee,
    head,
    make_app,
)
from tests.web.site import visitor

pytestmark = pytest.mark.anyio
WEEK = {f"day{n}": "09:00–18:00" for n in range(5)} | {"day5": "", "day6": ""}


async def send(
    client: httpx2.AsyncClient, address: str, form: dict[str, str], to: str = ""
) -> httpx2.Response:
    """Fill the form of a page in; it may be sent elsewhere."""
    token = re.search(r'name="_csrf_token" value="(\w+)"', (await client.get(address)).text)
    assert token is not None
    return await client.post(to or address, data=form | {"_csrf_token": token[1]})


@pytest.fixture
async def client(db: Database) -> httpx2.AsyncClient:
    await Floor(db).open()
    return visitor(make_app(db, SetClock(AFTERNOON), admin()))


async def test_usual_hours_are_told_as_on_a_door(client: httpx2.AsyncClient) -> None:
    text = (await client.get("/settings/hours")).text
    assert "пн–пт" in text
    assert "09:00–18:00" in text


async def test_own_hours_of_a_night(client: httpx2.AsyncClient, db: Database) -> None:
    address = f"/settings/hours/{BORIS}"
    night = WEEK | {"day0": "21:00-1:00, 02:00–06:00", "time_zone": "Asia/Yekaterinburg"}
    answer = await send(client, address, night)
    assert (answer.status_code, answer.headers["location"]) == (303, "/settings/hours")
    async with db.tenant(ACCOUNT) as tx:
        own = (await queries.hours(tx)).own[BORIS]
    assert own.week[0] == (Period(1260, 1500), Period(1560, 1800))
    assert own.time_zone == "Asia/Yekaterinburg"
    listed = (await client.get("/settings/hours")).text
    assert "Часы сохранены: Борис Гусев." in listed
    assert "21:00–01:00, 02:00–06:00" in listed
    await send(client, address, {"clear": "1"})
    async with db.tenant(ACCOUNT) as tx:
        assert (await queries.hours(tx)).own == {}


async def test_what_cannot_be_read_comes_back_with_a_reason(
    client: httpx2.AsyncClient, db: Database
) -> None:
    wrong = WEEK | {"day0": "с утра", "day1": "09:00–25:00", "time_zone": "Moon/Crater"}
    answer = await send(client, f"/settings/hours/{BORIS}", wrong)
    assert answer.status_code == 422
    assert 'value="с утра"' in answer.text
    assert "Напишите время так" in answer.text
    assert "Такого времени не бывает" in answer.text
    assert "Такого часового пояса нет" in answer.text
    async with db.tenant(ACCOUNT) as tx:
        assert (await queries.hours(tx)).own == {}


async def test_usual_hours_change_for_all(client: httpx2.AsyncClient, db: Database) -> None:
    await send(client, "/settings/hours/default", WEEK | {"day5": "10:00–15:00"})
    async with db.tenant(ACCOUNT) as tx:
        hours = (await queries.hours(tx)).of(BORIS)
    assert hours.week == (*OFFICE_HOURS.week[:5], (Period(600, 900),), ())


async def test_nobody_else_may(db: Database) -> None:
    await Floor(db).open()
    for viewer in (head(), employee(BORIS)):
        async with visitor(make_app(db, SetClock(AFTERNOON), viewer)) as client:
            assert (await client.get("/settings/hours")).status_code == 403
            assert (await client.post("/settings/hours/default", data=WEEK)).status_code == 403


async def test_a_stranger_has_no_hours(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/settings/hours/999")).status_code == 404


@pytest.mark.parametrize("whose", ["default", str(BORIS)])
async def test_round_the_clock_is_offered_for_a_minute_before_midnight(
    client: httpx2.AsyncClient, db: Database, whose: str
) -> None:
    """SCH-h: 23:59 is saved as it was typed, and the form asks what was meant."""
    address = f"/settings/hours/{whose}"
    typed = {f"day{n}": "00:00–23:59" for n in range(7)}
    assert "Круглосуточно" not in (await client.get(address)).text
    saved = await send(client, address, typed)
    assert (saved.status_code, saved.headers["location"]) == (303, address)
    async with db.tenant(ACCOUNT) as tx:
        assert (await queries.hours(tx)).of(BORIS).week == ((Period(0, 1439),),) * 7
    shown = (await client.get(address)).text
    assert 'name="until_midnight"' in shown
    assert "Если работа идёт дальше, нажмите «Круглосуточно»" in shown
    taken = await send(client, address, typed | {"until_midnight": "1"})
    assert taken.headers["location"] == "/settings/hours"
    async with db.tenant(ACCOUNT) as tx:
        assert (await queries.hours(tx)).of(BORIS).week == ((Period(0, 1440),),) * 7
    assert "Круглосуточно" not in (await client.get(address)).text
