"""The panel's pages through the real application."""

import re
from collections.abc import Mapping
from datetime import timedelta

import httpx2
import pytest

from smena.access.model import Viewer
from smena.accounts import actions as accounts
from smena.accounts.model import NewAccount
from smena.kernel.clock import SetClock
from smena.kernel.db import Database
from tests.activity.cast import MINUTE, at
from tests.activity.stand import (
    ACCOUNT,
    AFTERNOON,
    ANNA,
    BORIS,
    GLEB,
    ROBOT,
    Floor,
    employee,
    head,
    make_app,
    moment,
)
from tests.web.site import visitor

pytestmark = pytest.mark.anyio


async def floor_of(db: Database) -> Floor:
    floor = Floor(db)
    await floor.open()
    floor.does(ANNA, ["09:07", "09:12"])
    floor.calls_out(ANNA, at("10:00"), 12 * MINUTE)
    floor.does(ROBOT, ["03:00"])
    await floor.absorb()
    return floor


async def get(
    db: Database,
    address: str,
    viewer: Viewer | None = None,
    headers: Mapping[str, str] | None = None,
) -> httpx2.Response:
    app = make_app(db, SetClock(AFTERNOON), viewer or head())
    async with visitor(app) as client:
        return await client.get(address, headers=dict(headers or {}))


async def test_the_panel_tells_everything_in_words(db: Database) -> None:
    await floor_of(db)
    text = (await get(db, "/activity")).text
    assert "Отдел продаж" in text
    assert "09:07–10:12" in text
    assert "позже графика на 7\u00a0мин" in text
    assert "1\u00a0звонок" in text
    assert "действий ещё не было" in text
    assert "Автоматика: 1 событие, никому не засчитано" in text
    assert "hx-sse:connect" in text
    names = re.findall(r'data-name="([^"]+)"', text)
    assert names == [
        "анна власова", "борис гусев", "вера дёмина", "глеб ёлкин", "егор зимин",
    ]  # fmt: skip


@pytest.mark.parametrize("date", ["2026-13-01", "вчера", "20261120", "0001-01-01", "2026-11-20x"])
async def test_a_date_that_cannot_be_read(db: Database, date: str) -> None:
    await floor_of(db)
    answer = await get(db, f"/activity?date={date}")
    assert answer.status_code == 422
    assert "не читается" in answer.text
    assert "Анна Власова" in answer.text


async def test_an_empty_day_that_is_complete(db: Database) -> None:
    await floor_of(db)
    text = (await get(db, "/activity?date=2026-11-18")).text
    assert "Нет событий за 18 ноября: данные собраны полностью." in text
    assert "hx-sse:connect" not in text


async def test_a_day_to_come(db: Database) -> None:
    await floor_of(db)
    text = (await get(db, "/activity?date=2026-11-23")).text
    assert "23 ноября ещё не наступило" in text
    assert "смена с 09:00" in text


async def test_before_the_first_load_is_done(db: Database) -> None:
    floor = Floor(db)
    await floor.open()
    await floor.absorb(is_complete=False)
    text = (await get(db, "/activity")).text
    assert "Данные ещё загружаются" in text
    assert "данные собраны полностью" not in text


async def test_data_that_stopped_coming(db: Database) -> None:
    floor = await floor_of(db)
    await floor.absorb(now=moment("12:40"))
    text = (await get(db, "/activity")).text
    assert "Данные собраны до 12:40" in text


async def test_an_account_without_people(db: Database) -> None:
    new = NewAccount(ACCOUNT, "Окна", "https://o.amocrm.ru", "o", "Europe/Moscow")
    async with db.tenant(ACCOUNT) as tx:
        await accounts.connect(tx, new, AFTERNOON - timedelta(days=1))
    assert "Сотрудники ещё не загружены." in (await get(db, "/activity")).text


async def test_an_employee_sees_only_themselves(db: Database) -> None:
    await floor_of(db)
    text = (await get(db, "/activity", employee(BORIS))).text
    assert re.findall(r'id="lane-(\d+)"', text) == [str(BORIS)]
    assert (await get(db, f"/activity/day/{ANNA}", employee(BORIS))).status_code == 404
    hint = f"/activity/lane/{ANNA}/{at('10:05') // 60}"
    assert (await get(db, hint, employee(BORIS))).status_code == 404
    assert (await get(db, f"/activity/day/{BORIS}", employee(BORIS))).status_code == 200


async def test_an_employee_whom_amocrm_does_not_know(db: Database) -> None:
    await floor_of(db)
    text = (await get(db, "/activity", employee(None))).text
    assert "не связана с сотрудником" in text
    assert "Анна" not in text


async def test_the_hint_of_a_minute(db: Database) -> None:
    await floor_of(db)
    text = (await get(db, f"/activity/lane/{ANNA}/{at('10:05') // 60}?date=2026-11-20")).text
    assert "10:00:00–10:12:00" in text
    assert "Исходящий звонок, 12\u00a0мин" in text
    assert (await get(db, f"/activity/lane/{ANNA}/1?date=2026-11-20")).status_code == 404
    assert (await get(db, f"/activity/lane/999/{at('10:05') // 60}")).status_code == 404


async def test_the_day_as_a_list(db: Database) -> None:
    await floor_of(db)
    address = f"/activity/day/{ANNA}?date=2026-11-20"
    whole = (await get(db, address)).text
    assert "<html" in whole
    assert "09:06:00–09:12:00" in whole
    assert "Изменение этапа продажи" in whole
    part = await get(db, address, headers={"hx-request": "true", "hx-target": "aside#drawer"})
    assert "<html" not in part.text
    assert "Анна Власова" in part.text
    assert (await get(db, "/activity/day/999")).status_code == 404


async def test_names_from_the_crm_are_text(db: Database) -> None:
    floor = await floor_of(db)
    floor.does(GLEB, ["10:00"], kind="<img src=x onerror=alert(1)>")
    await floor.absorb()
    text = (await get(db, f"/activity/day/{GLEB}")).text
    assert "<img" not in text
    assert "&lt;img" in text


async def test_english(db: Database) -> None:
    await floor_of(db)
    text = (await get(db, "/activity", headers={"cookie": "language=en"})).text
    assert 'lang="en"' in text
    assert "Work in the CRM" in text
    head_of_table = text.split("<thead")[1].split("</thead>")[0]
    assert not re.search("[А-Яа-я]", head_of_table)
