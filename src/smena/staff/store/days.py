"""The rows of the production calendar: the country, and the company's own days."""

from datetime import date, datetime
from typing import NamedTuple

from smena.kernel.db import Tx
from smena.staff.model import DayKind, OwnDay

# One row even when there is nothing: the country and the days come in one round trip.
BETWEEN = """
SELECT c.country, d.day, d.kind, d.note
  FROM (SELECT CAST(:account AS bigint) AS id) a
  LEFT JOIN work_calendar c ON c.account_id = a.id
  LEFT JOIN work_special_day d
    ON d.account_id = a.id AND d.day BETWEEN CAST(:first AS date) AND CAST(:last AS date)
 ORDER BY d.day
"""

SET_COUNTRY = """
INSERT INTO work_calendar (account_id, country, set_at) VALUES (:account, :country, :now)
ON CONFLICT (account_id) DO UPDATE SET country = excluded.country, set_at = excluded.set_at
"""

SET_DAY = """
INSERT INTO work_special_day (account_id, day, kind, note, set_at)
VALUES (:account, :day, :kind, :note, :now)
ON CONFLICT (account_id, day) DO UPDATE
   SET kind = excluded.kind, note = excluded.note, set_at = excluded.set_at
"""

REMOVE_DAY = "DELETE FROM work_special_day WHERE account_id = :account AND day = :day"


class StoredDay(NamedTuple):
    """`country` None: nobody has chosen one."""

    country: str | None
    days: tuple[OwnDay, ...]


async def between(tx: Tx, first: date, last: date) -> StoredDay:
    rows = await tx.rows(BETWEEN, account=tx.account, first=first, last=last)
    days = (OwnDay(row.day, DayKind(row.kind), row.note) for row in rows if row.day is not None)
    return StoredDay(rows[0].country, tuple(days))


async def set_country(tx: Tx, country: str, now: datetime) -> None:
    await tx.run(SET_COUNTRY, account=tx.account, country=country, now=now)


async def put(tx: Tx, own: OwnDay, now: datetime) -> None:
    await tx.run(
        SET_DAY, account=tx.account, day=own.day, kind=own.kind.value, note=own.note, now=now
    )


async def remove(tx: Tx, day: date) -> bool:
    return await tx.run(REMOVE_DAY, account=tx.account, day=day) == 1
