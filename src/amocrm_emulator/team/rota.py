"""Who works when by agreement: what the head of a simulated department has on the wall.

amoCRM knows no working hours, so they are not told by the API.
"""

from dataclasses import asdict
from datetime import date

from amocrm_emulator.account.spec import AccountSpec
from amocrm_emulator.team.people import members
from amocrm_emulator.team.plan.habits import MINUTE, habits, works_on

Hours = tuple[int, int]
"""Minutes from the midnight of the day on which the shift starts; a night ends past 1440."""

_MONDAY = date(2024, 1, 1).toordinal()


def rota(spec: AccountSpec, seed: int) -> dict[int, tuple[Hours | None, ...]]:
    """Tell the week of each person, Monday first; None is a day off."""
    team = members({user.id: asdict(user) for user in spec.users})
    weeks: dict[int, tuple[Hours | None, ...]] = {}
    for member in team:
        own = habits(seed, member, len(team))
        hours = own.shift_start // MINUTE, own.shift_end // MINUTE
        weeks[member.user] = tuple(
            hours if works_on(own, _MONDAY + weekday) else None for weekday in range(7)
        )
    return weeks
