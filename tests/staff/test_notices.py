"""Administrators hear in December that nobody has told us the moved days of the next year."""

from datetime import UTC, date, datetime, timedelta, timezone

import httpx2
import pytest

from smena.access.model import Role
from smena.app import wiring
from smena.kernel.clock import SetClock
from smena.kernel.db import Database
from smena.staff import actions, queries
from smena.staff.core.next_year import may_be_december, unknown_year
from tests.access.cast import ACME, MARINA_MAIL, admit, connect, sign_in
from tests.web.site import make_site, visitor

pytestmark = pytest.mark.anyio
ANYWHERE = "/settings/sessions"


def last_known() -> int:
    found = queries.moves_known_until("RU")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("today", "known_until", "expected"),
    [
        pytest.param(date(2027, 12, 1), 2027, 2028, id="CAL-l: in December"),
        pytest.param(date(2027, 12, 31), 2027, 2028, id="until New Year"),
        pytest.param(date(2027, 11, 30), 2027, None, id="not before"),
        pytest.param(date(2028, 1, 1), 2027, None, id="after that the calendar says it"),
        pytest.param(date(2026, 12, 5), 2027, None, id="the next year is known"),
        pytest.param(date(2026, 12, 5), 2025, 2027, id="a year in which none were moved"),
        pytest.param(date(2026, 12, 5), 2022, None, id="a country that moves no days any more"),
        pytest.param(date(2026, 12, 5), None, None, id="one that never did"),
    ],
)
def test_the_year_that_is_not_known(
    today: date, known_until: int | None, expected: int | None
) -> None:
    assert unknown_year(today, known_until) == expected


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2027, 11, 29, 23, tzinfo=UTC), False),
        (datetime(2027, 12, 1, 0, 30, tzinfo=timezone(timedelta(hours=14))), True),
        (datetime(2027, 12, 31, 23, tzinfo=timezone(timedelta(hours=-11))), True),
        (datetime(2028, 1, 2, tzinfo=UTC), False),
    ],
)
def test_december_anywhere(moment: datetime, *, expected: bool) -> None:
    assert may_be_december(moment) is expected


async def read(db: Database, now: datetime, role: Role = Role.ADMIN, language: str = "ru") -> str:
    """Sign in and open a page that has nothing to do with calendars."""
    await connect(db)
    await admit(db, MARINA_MAIL, role)
    app = make_site(
        routes=wiring.ROUTES,
        db=db,
        clock=SetClock(now),
        nav=wiring.navigation(),
        menu=wiring.MENU,
        notice_sources=wiring.NOTICE_SOURCES,
        middleware=wiring.MIDDLEWARE,
    )
    async with visitor(app) as browser:
        await sign_in(browser)
        browser.cookies.set("language", language)
        answer: httpx2.Response = await browser.get(ANYWHERE)
    assert answer.status_code == 200
    return answer.text


async def test_an_administrator_hears_of_it(db: Database) -> None:
    year = last_known()
    text = await read(db, datetime(year, 12, 1, 9, tzinfo=UTC))
    assert f"Переносов на {year + 1} год Смена ещё не знает" in text
    assert f'href="/settings/calendar?year={year + 1}"' in text


async def test_in_their_language(db: Database) -> None:
    year = last_known()
    text = await read(db, datetime(year, 12, 1, 9, tzinfo=UTC), language="en")
    assert f"Smena does not know the moved days of {year + 1} yet" in text


async def test_by_the_clock_of_the_account(db: Database) -> None:
    """It is December in Moscow three hours before it is in Greenwich."""
    year = last_known()
    text = await read(db, datetime(year, 11, 30, 21, 30, tzinfo=UTC))
    assert f"Переносов на {year + 1} год" in text


@pytest.mark.parametrize(
    ("month", "years_before", "role"),
    [
        pytest.param(11, 0, Role.ADMIN, id="not in November"),
        pytest.param(12, 1, Role.ADMIN, id="nor while the next year is known"),
        pytest.param(12, 0, Role.SUPERVISOR, id="nor those who cannot mend it"),
        pytest.param(12, 0, Role.EMPLOYEE, id="nor employees"),
    ],
)
async def test_nobody_else_does(db: Database, month: int, years_before: int, role: Role) -> None:
    text = await read(db, datetime(last_known() - years_before, month, 10, 9, tzinfo=UTC), role)
    assert "Переносов на" not in text


async def test_without_holidays_there_is_nothing_to_know(db: Database) -> None:
    now = datetime(last_known(), 12, 10, 9, tzinfo=UTC)
    await connect(db)
    async with db.tenant(ACME) as tx:
        await actions.choose_country(tx, "", now)
    assert "Переносов на" not in await read(db, now)
