"""Questions about working time; read only."""

from collections.abc import Iterable
from datetime import date
from zoneinfo import ZoneInfo

from smena.crm.model import UserId
from smena.kernel.db import Tx
from smena.staff import store
from smena.staff.core import calendar
from smena.staff.model import OFFICE_HOURS, Hours, Shift, WorkDay, WorkHours


async def hours(tx: Tx) -> Hours:
    """Return the usual hours of the account and of people who have their own."""
    return await store.hours(tx, OFFICE_HOURS)


async def shifts(
    tx: Tx, users: Iterable[UserId], day: date, zone: ZoneInfo
) -> dict[UserId, tuple[Shift, ...]]:
    """Return the working spans of each person's shift that starts on `day`; () is a day off."""
    found = await work_days(tx, users, day, zone)
    return {user: one.shifts for user, one in found.items()}


async def work_days(
    tx: Tx, users: Iterable[UserId], day: date, zone: ZoneInfo, day_start_minute: int = 0
) -> dict[UserId, WorkDay]:
    """Return for each person what belongs to `day` (R14). Equal hours are worked out once."""
    known = await hours(tx)
    made: dict[WorkHours, WorkDay] = {}
    found: dict[UserId, WorkDay] = {}
    for user in users:
        own = known.of(user)
        if own not in made:
            made[own] = _work_day(own, day, zone, day_start_minute)
        found[user] = made[own]
    return found


def _work_day(own: WorkHours, day: date, zone: ZoneInfo, day_start_minute: int) -> WorkDay:
    start, end = calendar.business_day(own, day, zone, day_start_minute)
    return WorkDay(start, end, calendar.shifts(own, day, zone), own.time_zone)
