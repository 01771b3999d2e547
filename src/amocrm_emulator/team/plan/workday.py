"""When a person is at work on a date: arrival, breaks and leaving, as instants."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from amocrm_emulator.team.plan.dice import Dice
from amocrm_emulator.team.plan.habits import HOUR, MINUTE, Habits

EARLIEST_ARRIVAL = -30 * MINUTE
LATEST_ARRIVAL = 90 * MINUTE
EARLIEST_LEAVING = -30 * MINUTE
LATEST_LEAVING = 60 * MINUTE
SHORTEST_SPAN = 5 * MINUTE


@dataclass(frozen=True, slots=True)
class WorkSpan:
    """Seconds `[start, end)` of Unix time."""

    start: int
    end: int


def instant(day: date, seconds: float, zone: ZoneInfo) -> int:
    """Tell the moment of a wall-clock time, given in seconds from local midnight."""
    midnight = datetime.combine(day, time.min, zone)
    return int((midnight + timedelta(seconds=int(seconds))).timestamp())


def widest_window(own: Habits, day: date, zone: ZoneInfo) -> WorkSpan:
    """Tell the earliest arrival and the latest leaving that these habits allow."""
    return WorkSpan(
        instant(day, own.shift_start + EARLIEST_ARRIVAL, zone),
        instant(day, own.shift_end + LATEST_LEAVING, zone),
    )


def at_work(dice: Dice, own: Habits, day: date, zone: ZoneInfo) -> list[WorkSpan]:
    """Tell the spans of one working day: without lunch, without idle spells, in order."""
    start = own.shift_start + _arrival(dice, own)
    end = own.shift_end + _within(
        dice.normal(4 * MINUTE, 12 * MINUTE), EARLIEST_LEAVING, LATEST_LEAVING
    )
    lunch = own.lunch_at + dice.between(-10, 15) * MINUTE
    breaks: list[tuple[float, float]] = [(lunch, lunch + own.lunch_length)]
    for _ in range(int(own.idle_spells + dice.unit())):
        begin = dice.spread(start + HOUR, end - HOUR)
        breaks.append((begin, begin + dice.between(14, 42) * MINUTE))
    return [
        WorkSpan(instant(day, low, zone), instant(day, high, zone))
        for low, high in _between(start, end, sorted(breaks))
        if high - low >= SHORTEST_SPAN
    ]


def _arrival(dice: Dice, own: Habits) -> float:
    usual = dice.normal(own.arrival_mean, own.arrival_spread)
    late = dice.spread(15 * MINUTE, 55 * MINUTE) if dice.chance(own.lateness_share) else 0
    return _within(usual + late, EARLIEST_ARRIVAL, LATEST_ARRIVAL)


def _within(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


def _between(
    start: float, end: float, breaks: list[tuple[float, float]]
) -> list[tuple[float, float]]:
    """Cut breaks, which may overlap, out of a stretch of time."""
    spans: list[tuple[float, float]] = []
    at = start
    for low, high in breaks:
        if low > at:
            spans.append((at, min(low, end)))
        at = max(at, high)
    return [*spans, (at, end)]
