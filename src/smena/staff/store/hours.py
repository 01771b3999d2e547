"""The rows of working hours."""

import json
from collections.abc import Iterable
from datetime import datetime

from smena.crm.model.entities import UserId
from smena.kernel.db import Row, Tx
from smena.staff.model import Hours, Period, Week, WorkHours

EVERYBODY = 0

ALL = (
    "SELECT user_id, week, time_zone, works_on_holidays FROM work_hours WHERE account_id = :account"
)

SET = """
INSERT INTO work_hours (account_id, user_id, week, time_zone, works_on_holidays, set_at)
VALUES (:account, :user, CAST(:week AS jsonb), :time_zone, :works_on_holidays, :now)
ON CONFLICT (account_id, user_id) DO UPDATE
   SET week = excluded.week, time_zone = excluded.time_zone,
       works_on_holidays = excluded.works_on_holidays, set_at = excluded.set_at
"""

# The moment is the database's own: nobody decides by it.
SET_IF_ABSENT = """
INSERT INTO work_hours (account_id, user_id, week) VALUES (:account, :user, CAST(:week AS jsonb))
ON CONFLICT (account_id, user_id) DO NOTHING
"""

CLEAR = "DELETE FROM work_hours WHERE account_id = :account AND user_id = :user"


async def hours(tx: Tx, otherwise: WorkHours) -> Hours:
    found = {row.user_id: _hours(row) for row in await tx.rows(ALL, account=tx.account)}
    default = found.pop(EVERYBODY, otherwise)
    return Hours(default, {UserId(user): own for user, own in found.items()})


async def put(tx: Tx, user: int, given: WorkHours, now: datetime) -> None:
    await tx.run(
        SET,
        account=tx.account,
        user=user,
        week=_written(given.week),
        time_zone=given.time_zone,
        works_on_holidays=given.works_on_holidays,
        now=now,
    )


async def put_if_absent(tx: Tx, given: WorkHours) -> None:
    await tx.run(SET_IF_ABSENT, account=tx.account, user=EVERYBODY, week=_written(given.week))


async def clear(tx: Tx, user: int) -> None:
    await tx.run(CLEAR, account=tx.account, user=user)


def _written(week: Week) -> str:
    return json.dumps([[[p.start_minute, p.end_minute] for p in day] for day in week])


def _hours(row: Row) -> WorkHours:
    days: Iterable[Iterable[tuple[int, int]]] = row.week
    week = tuple(tuple(Period(*pair) for pair in day) for day in days)
    return WorkHours(week, row.time_zone, row.works_on_holidays)
