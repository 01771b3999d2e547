"""Verbs of working hours; each works inside the caller's transaction."""

from datetime import date, datetime

from smena.crm.model.entities import UserId
from smena.kernel.db import Tx
from smena.staff import countries
from smena.staff.core import own_day
from smena.staff.core.country import NO_HOLIDAYS
from smena.staff.core.own_day import DayFault, GivenDay
from smena.staff.model import OFFICE_HOURS, OwnDay, WorkHours
from smena.staff.store import days
from smena.staff.store import hours as hour_rows


async def ensure_default(tx: Tx) -> None:
    """Give a new account its usual hours: Monday to Friday, 09:00 to 18:00. Repeating is safe."""
    await hour_rows.put_if_absent(tx, OFFICE_HOURS)


async def set_default(tx: Tx, hours: WorkHours, now: datetime) -> None:
    """Change the hours of everybody who has none of their own."""
    await hour_rows.put(tx, hour_rows.EVERYBODY, hours, now)


async def set_hours(tx: Tx, user: UserId, hours: WorkHours, now: datetime) -> None:
    """Give a person hours of their own; raises ValueError for a robot."""
    if user <= 0:
        raise ValueError("a robot has no working hours")
    await hour_rows.put(tx, user, hours, now)


async def clear_hours(tx: Tx, user: UserId) -> None:
    """Let a person follow the account's hours again."""
    await hour_rows.clear(tx, user)


async def choose_country(tx: Tx, country: str, now: datetime) -> bool:
    """Take the holidays of a country, "" for none; False when nobody knows its calendar."""
    if country != NO_HOLIDAYS and country not in countries.known():
        return False
    await days.set_country(tx, country, now)
    return True


async def set_day(tx: Tx, given: GivenDay, now: datetime) -> OwnDay | dict[str, DayFault]:
    """Set a date of the company's own, or return what is wrong with the form."""
    found = own_day.check(given)
    if isinstance(found, OwnDay):
        await days.put(tx, found, now)
    return found


async def remove_day(tx: Tx, day: date) -> bool:
    """Let a date follow the calendar again; False when the company had not set it."""
    return await days.remove(tx, day)
