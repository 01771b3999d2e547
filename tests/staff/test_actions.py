"""Working hours in the database."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from smena.accounts import actions as accounts
from smena.accounts.model import NewAccount
from smena.crm.model.entities import UserId
from smena.kernel.db import Database
from smena.kernel.ids import AccountId
from smena.staff import actions, queries
from smena.staff.model import OFFICE_HOURS, Period, WorkHours

pytestmark = pytest.mark.anyio

HERE, THERE = AccountId(31000001), AccountId(31000002)
ANNA, BORIS = UserId(1), UserId(2)
MOSCOW = ZoneInfo("Europe/Moscow")
FRIDAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
NIGHT = WorkHours(((Period(1260, 1500), Period(1560, 1800)),) * 7, "Asia/Yekaterinburg")
MORNING = WorkHours(((Period(480, 720),),) * 7)


async def test_office_hours_until_somebody_says_otherwise(db: Database) -> None:
    async with db.tenant(HERE) as tx:
        assert (await queries.hours(tx)).of(ANNA) == OFFICE_HOURS
        await actions.ensure_default(tx)
        await actions.set_default(tx, MORNING, NOW)
        await actions.ensure_default(tx)
        assert (await queries.hours(tx)).of(ANNA) == MORNING


async def test_own_hours_and_back(db: Database) -> None:
    async with db.tenant(HERE) as tx:
        await actions.set_hours(tx, ANNA, NIGHT, NOW)
        await actions.set_hours(tx, ANNA, NIGHT, NOW)
        known = await queries.hours(tx)
        assert (known.of(ANNA), known.of(BORIS)) == (NIGHT, OFFICE_HOURS)
        await actions.clear_hours(tx, ANNA)
        assert (await queries.hours(tx)).own == {}


async def test_hours_stay_in_their_account(db: Database) -> None:
    async with db.tenant(HERE) as tx:
        await actions.set_hours(tx, ANNA, NIGHT, NOW)
    async with db.tenant(THERE) as tx:
        assert (await queries.hours(tx)).own == {}


async def test_shifts_of_a_day(db: Database) -> None:
    async with db.tenant(HERE) as tx:
        new = NewAccount(HERE, "Acme", "https://acme.amocrm.ru", "acme", "Europe/Moscow")
        await accounts.connect(tx, new, NOW)
        await actions.set_hours(tx, BORIS, NIGHT, NOW)
        found = await queries.shifts(tx, [ANNA, BORIS], FRIDAY, MOSCOW)
    assert [(s.start.hour, s.end.hour) for s in found[ANNA]] == [(6, 15)]
    assert [(s.start.hour, s.end.hour) for s in found[BORIS]] == [(16, 20), (21, 1)]


async def test_a_robot_has_no_hours(db: Database) -> None:
    async with db.tenant(HERE) as tx:
        with pytest.raises(ValueError, match="robot"):
            await actions.set_hours(tx, UserId(0), NIGHT, NOW)


async def test_a_chosen_zone_brings_no_other_holidays(db: Database) -> None:
    async with db.tenant(HERE) as tx:
        new = NewAccount(HERE, "Acme", "https://acme.amocrm.ru", "acme", "Europe/Moscow")
        await accounts.connect(tx, new, NOW)
        await accounts.choose(tx, "Asia/Almaty", "")
        assert await queries.country(tx) == "RU"
