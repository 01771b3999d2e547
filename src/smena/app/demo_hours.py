"""The hours of the demo's people, as a head of sales would type them in on the first day."""

from collections.abc import Iterable
from datetime import datetime

from amocrm_emulator.team.people import department
from amocrm_emulator.team.rota import Hours, rota
from smena.crm.model.entities import User
from smena.kernel.db import Tx
from smena.staff import actions as staff
from smena.staff.model import DAY_MINUTES, Period, WorkHours

_SATURDAY = 5


async def give_hours(tx: Tx, users: Iterable[User], team: tuple[int, int], now: datetime) -> None:
    """Write down when each person works; `team` is the size and the seed of the department.

    Its clock stands wherever it is day now, but its people are Russian.
    """
    size, seed = team
    await staff.choose_country(tx, "RU", now)
    weeks = rota(department(size, seed), seed)
    for user in users:
        if user.id in weeks:
            await staff.set_hours(tx, user.id, _work_hours(weeks[user.id]), now)


def _work_hours(week: tuple[Hours | None, ...]) -> WorkHours:
    """Whoever works at weekends or at night does so on holidays too."""
    days = tuple((Period(*hours),) if hours else () for hours in week)
    is_night = any(period.end_minute > DAY_MINUTES for day in days for period in day)
    return WorkHours(days, works_on_holidays=is_night or any(days[_SATURDAY:]))
