"""Questions about working time; read only."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from smena.accounts import queries as accounts
from smena.crm.model.entities import UserId
from smena.kernel.db import Tx
from smena.staff import countries
from smena.staff.core import calendar, eves
from smena.staff.core.country import usual_country
from smena.staff.core.special import for_week, special_for
from smena.staff.model import (
    OFFICE_HOURS,
    Hours,
    OwnDay,
    Rota,
    Shift,
    SpecialDay,
    WorkDay,
    WorkHours,
    Year,
)
from smena.staff.store import days as day_rows
from smena.staff.store import hours as hour_rows

_AROUND = timedelta(days=2)
"""A business day is cut by the shifts of its neighbours, a night by the shift after it."""


async def hours(tx: Tx) -> Hours:
    """Return the usual hours of the account and of people who have their own."""
    return await hour_rows.hours(tx, OFFICE_HOURS)


async def rota(tx: Tx, day: date) -> Rota:
    """Return all that decides about who works when on a date."""
    return Rota(day, await hours(tx), await special_days(tx, day - _AROUND, day + _AROUND))


def special_day(known: Rota) -> SpecialDay | None:
    """Return in what the date differs for those who have no hours of their own."""
    return special_for(known.hours.default, known.day, known.special)


def work_days(
    known: Rota, users: Iterable[UserId], zone: ZoneInfo, day_start_minute: int = 0
) -> dict[UserId, WorkDay]:
    """Return for each person what belongs to the date (R14). Equal hours are worked out once."""
    made: dict[WorkHours, WorkDay] = {}
    found: dict[UserId, WorkDay] = {}
    for user in users:
        own = known.hours.of(user)
        if own not in made:
            made[own] = calendar.work_day(own, known.day, zone, day_start_minute, known.special)
        found[user] = made[own]
    return found


async def shifts(
    tx: Tx, users: Iterable[UserId], day: date, zone: ZoneInfo
) -> dict[UserId, tuple[Shift, ...]]:
    """Return the working spans of each person's shift that starts on `day`; () is a day off."""
    found = work_days(await rota(tx, day), users, zone)
    return {user: one.shifts for user, one in found.items()}


async def country(tx: Tx) -> str:
    """Return whose holidays the account has, "" for none."""
    kept = await day_rows.between(tx, date.max, date.max)
    return await _country(tx, kept.country)


async def own_days(tx: Tx, first: date, last: date) -> tuple[OwnDay, ...]:
    """Return the dates that the company has set itself."""
    return (await day_rows.between(tx, first, last)).days


async def special_days(tx: Tx, first: date, last: date) -> Mapping[date, SpecialDay]:
    """Return the dates from `first` to `last` that differ from the usual week."""
    kept = await day_rows.between(tx, first, last)
    chosen = await _country(tx, kept.country)
    found = {
        day: special
        for year in range(first.year, last.year + 1)
        for day, special in countries.special_days(chosen, year).items()
        if first <= day <= last
    }
    return found | {own.day: SpecialDay(own.kind, note=own.note) for own in kept.days}


async def year(tx: Tx, number: int) -> Year:
    """Return a year of the production calendar, as the usual week of the account lives it."""
    chosen = await country(tx)
    usual = (await hours(tx)).default.week
    found = await special_days(tx, date(number, 1, 1), date(number, 12, 31))
    lived = {day: one for day, given in found.items() if (one := for_week(usual, day, given))}
    return Year(chosen, lived, usual, moves_known_until(chosen), eves.short_days(chosen))


def moves_known_until(code: str) -> int | None:
    """Return the last year whose moved days are known; None where no decree moves days."""
    return countries.moves_known_until(code)


def known_countries() -> frozenset[str]:
    """Return the codes of countries whose holidays are known."""
    return countries.known()


async def _country(tx: Tx, chosen: str | None) -> str:
    if chosen is not None:
        return chosen
    account = await accounts.account(tx)
    return usual_country(account.base_url, account.crm_time_zone)
