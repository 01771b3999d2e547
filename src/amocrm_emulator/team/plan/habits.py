"""How each person works: arrival, lunch, pace, calls, days off. Fixed by seed and person."""

from dataclasses import dataclass
from enum import StrEnum

from amocrm_emulator.team.plan.dice import Dice

HOUR = 3600
MINUTE = 60
DAY = 24 * HOUR

SMALLEST_TEAM_WITH_DAYS_OFF = 6
_WEEK = 7
_WORKING_DAYS = 5


class TeamRole(StrEnum):
    ADMINISTRATOR = "administrator"
    SELLER = "seller"
    SUPPORT = "support"
    NIGHT = "night"


@dataclass(frozen=True, slots=True)
class TeamMember:
    """A person of the department as the plan sees them: id, role, place in the list."""

    user: int
    role: TeamRole
    place: int


@dataclass(frozen=True, slots=True)
class Habits:
    """All times are seconds; those of the day count from local midnight of the shift's date."""

    shift_start: int
    shift_end: int
    arrival_mean: int
    arrival_spread: int
    lateness_share: float
    lunch_at: int
    lunch_length: int
    idle_spells: float
    pause_mean: float
    call_share: float
    message_share: float
    task_share: float
    outgoing_share: float
    missed_share: float
    talk_median: float
    talk_sigma: float
    first_day_off: int | None


_SHIFTS = {
    TeamRole.ADMINISTRATOR: ((9 * HOUR, 18 * HOUR),),
    TeamRole.SELLER: ((9 * HOUR, 18 * HOUR), (9 * HOUR, 18 * HOUR), (10 * HOUR, 19 * HOUR)),
    TeamRole.SUPPORT: ((9 * HOUR, 18 * HOUR), (8 * HOUR, 17 * HOUR)),
    TeamRole.NIGHT: ((21 * HOUR, 30 * HOUR),),
}
# role -> shares of calls, messages and tasks among the pieces of work; the rest is card work
_SHARES = {
    TeamRole.ADMINISTRATOR: (0.10, 0.25, 0.35),
    TeamRole.SELLER: (0.40, 0.24, 0.16),
    TeamRole.SUPPORT: (0.30, 0.36, 0.18),
    TeamRole.NIGHT: (0.26, 0.40, 0.14),
}
_PAUSES = {
    TeamRole.ADMINISTRATOR: 840,
    TeamRole.SELLER: 285,
    TeamRole.SUPPORT: 300,
    TeamRole.NIGHT: 400,
}


def habits(seed: int, member: TeamMember, team_size: int) -> Habits:
    """Tell the habits of a person; they never change during a run."""
    dice = Dice(seed, "habits", member.user)
    start, end = dice.pick(_SHIFTS[member.role])
    calls, messages, tasks = _SHARES[member.role]
    has_days_off = team_size >= SMALLEST_TEAM_WITH_DAYS_OFF
    return Habits(
        shift_start=start,
        shift_end=end,
        arrival_mean=dice.between(-12, 6) * MINUTE,
        arrival_spread=dice.between(2, 8) * MINUTE,
        lateness_share=dice.pick((0.02, 0.05, 0.05, 0.12, 0.25)),
        lunch_at=start + dice.between(3 * HOUR, 5 * HOUR),
        lunch_length=dice.between(30, 60) * MINUTE,
        idle_spells=dice.spread(0.5, 2.5),
        pause_mean=_PAUSES[member.role] * dice.spread(0.8, 1.25),
        call_share=calls * dice.spread(0.8, 1.2),
        message_share=messages * dice.spread(0.7, 1.3),
        task_share=tasks * dice.spread(0.7, 1.3),
        outgoing_share=dice.spread(0.55, 0.85),
        missed_share=dice.spread(0.14, 0.3),
        talk_median=dice.spread(70, 130),
        talk_sigma=dice.spread(0.8, 1.15),
        first_day_off=member.place % _WEEK if has_days_off else None,
    )


def works_on(own: Habits, date_ordinal: int) -> bool:
    """Say whether a shift starts that day: five days of work, two off, moved along the list."""
    if own.first_day_off is None:
        return True
    return (date_ordinal - own.first_day_off) % _WEEK >= _WEEK - _WORKING_DAYS
