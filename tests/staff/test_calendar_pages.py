"""The production calendar on the screen, and what it does to shifts."""

from datetime import date
from zoneinfo import ZoneInfo

import httpx2
import pytest

from smena.kernel.clock import SetClock
from smena.kernel.db import Database
from smena.kernel.ids import AccountId
from smena.staff import queries
from smena.staff.model import DayKind
from tests.activity.stand import ACCOUNT, AFTERNOON, ANNA, BORIS, Floor, admin, head, make_app
from tests.staff.test_pages import WEEK, send
from tests.web.site import visitor

pytestmark = pytest.mark.anyio
PAGE = "/settings/calendar"
MOSCOW = ZoneInfo("Europe/Moscow")
UNITY_DAY = date(2026, 11, 4)


@pytest.fixture
async def client(db: Database) -> httpx2.AsyncClient:
    await Floor(db).open()
    return visitor(make_app(db, SetClock(AFTERNOON), admin()))


async def works(db: Database, day: date) -> dict[int, bool]:
    async with db.tenant(ACCOUNT) as tx:
        found = await queries.shifts(tx, [ANNA, BORIS], day, MOSCOW)
    return {user: bool(shifts) for user, shifts in found.items()}


async def test_a_year_tells_what_differs(client: httpx2.AsyncClient) -> None:
    text = (await client.get(PAGE)).text
    assert '<option value="RU" selected>Россия</option>' in text
    assert 'data-day="2026-11-04" title="праздник: День народного единства"' in text
    assert "короткий день, завтра День народного единства" in text
    assert 'data-day="2026-01-09" title="выходной: перенос с 3 января"' in text
    assert 'data-day="2026-03-09" title="выходной: перенос с 8 марта"' in text
    assert 'data-day="2026-12-31" title="выходной: перенос с 4 января"' in text
    assert 'class="is-rest " data-day="2026-03-07"' in text, "an eve that nobody works"
    assert "известны по" in text
    last = (await client.get(f"{PAGE}?year=2025")).text
    assert "рабочий день вместо 3 ноября, на час короче" in last
    far = (await client.get(f"{PAGE}?year=2099")).text
    assert "Переносы на 2099 год ещё не опубликованы" in far
    for odd in ("1999", "9999", "-1", "год", "٢٠٢٦", ""):
        assert 'data-day="2026-01-01"' in (await client.get(f"{PAGE}?year={odd}")).text, odd


async def test_the_year_after_the_last_decree_says_so(client: httpx2.AsyncClient) -> None:
    """CAL-l: the holidays of the law, and no guess that looks like a decree."""
    until = queries.moves_known_until("RU")
    assert until is not None
    last = (await client.get(f"{PAGE}?year={until}")).text
    assert "ещё не опубликованы" not in last
    following = (await client.get(f"{PAGE}?year={until + 1}")).text
    assert f"Переносы на {until + 1} год ещё не опубликованы" in following
    assert f"по {until} год" in following
    assert "перенос с" not in following
    assert f'data-day="{until + 1}-01-08" title="праздник: Новогодние каникулы"' in following


async def test_a_calendar_is_that_of_the_usual_week(client: httpx2.AsyncClient) -> None:
    six = WEEK | {"day5": "10:00–15:00"}
    await send(client, "/settings/hours/default", six)
    text = (await client.get(f"{PAGE}?year=2025")).text
    assert 'class="" data-day="2025-05-02"' in text
    assert "перенос с 23 февраля" in text
    assert "перенос с 4 января" not in text
    assert 'class="is-short " data-day="2025-02-22"' in text
    assert 'class="" data-day="2025-11-01"' in text


@pytest.mark.parametrize(
    ("country", "expected"),
    [
        ("BY", "статья 116 Трудового кодекса Республики Беларусь"),
        ("KZ", "Трудовой кодекс Казахстана не сокращает день перед праздником"),
        ("UZ", "Короткие дни этой страны не известны"),
    ],
)
async def test_short_days_by_the_law_of_the_country(
    client: httpx2.AsyncClient, country: str, expected: str
) -> None:
    await send(client, PAGE, {"country": country}, f"{PAGE}/country")
    assert expected in (await client.get(PAGE)).text


async def test_six_days_a_week_are_worked_when_a_saturday_was_moved(
    client: httpx2.AsyncClient, db: Database
) -> None:
    """CAL-d for one person beside another with the usual hours."""
    await send(client, f"/settings/hours/{BORIS}", WEEK | {"day5": "09:00–18:00"})
    assert await works(db, date(2025, 5, 2)) == {ANNA: False, BORIS: True}
    assert await works(db, date(2025, 5, 8)) == {ANNA: False, BORIS: False}
    assert await works(db, date(2025, 11, 1)) == {ANNA: True, BORIS: True}


async def test_the_companys_days_count_without_a_country_and_before_it(
    client: httpx2.AsyncClient, db: Database
) -> None:
    """CAL-i."""
    decreed = date(2024, 4, 27)
    assert await works(db, decreed) == {ANNA: True, BORIS: True}
    await send(client, PAGE, {"day": "2024-04-27", "kind": "off", "note": ""}, f"{PAGE}/days")
    assert await works(db, decreed) == {ANNA: False, BORIS: False}
    await send(client, PAGE, {"country": ""}, f"{PAGE}/country")
    await send(client, PAGE, {"day": "2026-12-28", "kind": "off", "note": ""}, f"{PAGE}/days")
    assert await works(db, date(2026, 12, 28)) == {ANNA: False, BORIS: False}
    assert await works(db, decreed) == {ANNA: False, BORIS: False}


async def test_the_country_is_chosen(client: httpx2.AsyncClient, db: Database) -> None:
    assert await works(db, UNITY_DAY) == {ANNA: False, BORIS: False}
    wrong = await send(client, PAGE, {"country": "XX"}, f"{PAGE}/country")
    assert wrong.status_code == 422
    assert "Календаря этой страны нет" in wrong.text
    none = await send(client, PAGE, {"country": ""}, f"{PAGE}/country")
    assert (none.status_code, none.headers["location"]) == (303, PAGE)
    assert await works(db, UNITY_DAY) == {ANNA: True, BORIS: True}
    assert "Без праздников" in (await client.get(PAGE)).text
    await send(client, PAGE, {"country": "DE"}, f"{PAGE}/country")
    assert "отдельных регионов не учтены" in (await client.get(PAGE)).text
    async with db.tenant(ACCOUNT) as tx:
        assert await queries.country(tx) == "DE"


async def test_a_day_of_the_companys_own(client: httpx2.AsyncClient, db: Database) -> None:
    birthday = {"day": "2026-11-25", "kind": "off", "note": "День рождения компании"}
    saved = await send(client, PAGE, birthday, f"{PAGE}/days")
    assert saved.headers["location"] == f"{PAGE}?year=2026"
    assert await works(db, date(2026, 11, 25)) == {ANNA: False, BORIS: False}
    assert "выходной компании: День рождения компании" in (await client.get(PAGE)).text
    over = {"day": UNITY_DAY.isoformat(), "kind": "working", "note": ""}
    await send(client, PAGE, over, f"{PAGE}/days")
    assert await works(db, UNITY_DAY) == {ANNA: True, BORIS: True}, "it goes before the country's"
    await send(client, PAGE, {}, f"{PAGE}/days/{UNITY_DAY}/remove")
    assert await works(db, UNITY_DAY) == {ANNA: False, BORIS: False}
    for gone in (str(UNITY_DAY), "soon"):
        again = await send(client, PAGE, {}, f"{PAGE}/days/{gone}/remove")
        assert again.status_code == 404
    async with db.tenant(ACCOUNT) as tx:
        own = await queries.own_days(tx, date(2026, 1, 1), date(2026, 12, 31))
    assert [(one.day.day, one.kind) for one in own] == [(25, DayKind.OFF)]
    async with db.tenant(AccountId(7)) as tx:
        assert await queries.own_days(tx, date(2026, 1, 1), date(2026, 12, 31)) == ()


async def test_what_cannot_be_read_comes_back_with_a_reason(client: httpx2.AsyncClient) -> None:
    wrong = {"day": "завтра", "kind": "полдня", "note": "<b>почему</b>" * 20}
    answer = await send(client, PAGE, wrong, f"{PAGE}/days")
    assert answer.status_code == 422
    assert "День не записан" in answer.text
    assert "Выберите дату" in answer.text
    assert "Не длиннее 100 знаков" in answer.text
    assert "<b>" not in answer.text


async def test_who_works_on_holidays(client: httpx2.AsyncClient, db: Database) -> None:
    await send(client, f"/settings/hours/{BORIS}", WEEK | {"works_on_holidays": "1"})
    assert await works(db, UNITY_DAY) == {ANNA: False, BORIS: True}
    assert "работает и в праздники" in (await client.get("/settings/hours")).text
    assert 'value="1" checked' in (await client.get(f"/settings/hours/{BORIS}")).text
    await send(client, f"/settings/hours/{BORIS}", WEEK)
    assert await works(db, UNITY_DAY) == {ANNA: False, BORIS: False}


async def test_nobody_else_may(db: Database) -> None:
    await Floor(db).open()
    async with visitor(make_app(db, SetClock(AFTERNOON), head())) as client:
        assert (await client.get(PAGE)).status_code == 403
        assert (await client.post(f"{PAGE}/days", data={})).status_code == 403
