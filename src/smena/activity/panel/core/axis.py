"""Which hours does a panel show? One absolute axis for all its lanes (R15)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from smena.activity.model import Lane, PanelSettings

_USUAL_MINUTES = (8 * 60, 20 * 60)
_HOUR = 3600
_HOURS_BY_STEP = ((14, 1), (28, 2))
_LONG_STEP = 3


class Tick(NamedTuple):
    """A labelled hour; the second coming of an hour carries a star."""

    at: int
    label: str


@dataclass(frozen=True, slots=True)
class Axis:
    """`[start, end)` in epoch seconds, whole hours of the panel's zone."""

    start: int
    end: int
    ticks: Sequence[Tick]

    @property
    def hours(self) -> int:
        return (self.end - self.start) // _HOUR

    def share(self, at: int) -> float:
        """Return the place of a moment in per cent of the width."""
        return round(100 * (at - self.start) / (self.end - self.start), 3)


def axis(lanes: Iterable[Lane], day: date, zone: ZoneInfo, settings: PanelSettings) -> Axis:
    """Cover the schedules of all, else 08:00 to 20:00, and whatever was done outside."""
    lanes = list(lanes)
    shifts = [shift for lane in lanes for shift in lane.frame.shifts]
    if settings.window_minutes is not None or not shifts:
        start, end = _window(settings.window_minutes or _USUAL_MINUTES, day, zone)
    else:
        start, end = min(shift.start for shift in shifts), max(shift.end for shift in shifts)
    for lane in lanes:
        if lane.totals.first is not None and lane.totals.last is not None:
            start, end = min(start, lane.totals.first), max(end, lane.totals.last)
    start, end = _whole(start, zone), _whole(end + _HOUR - 1, zone)
    return Axis(start, end, _ticks(start, end, zone))


def _window(minutes: tuple[int, int], day: date, zone: ZoneInfo) -> tuple[int, int]:
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    edges = [midnight + timedelta(minutes=minute) for minute in minutes]
    start, end = (int(edge.astimezone(UTC).timestamp()) for edge in edges)
    return start, max(end, start + _HOUR)


def _whole(moment: int, zone: ZoneInfo) -> int:
    """Return the start of the hour that clocks in `zone` show."""
    local = datetime.fromtimestamp(moment, zone)
    return moment - local.minute * 60 - local.second


def _ticks(start: int, end: int, zone: ZoneInfo) -> list[Tick]:
    hours = (end - start) // _HOUR
    step = next((step for most, step in _HOURS_BY_STEP if hours <= most), _LONG_STEP)
    return [
        Tick(at, _label(datetime.fromtimestamp(at, zone)))
        for at in range(start, end + 1, step * _HOUR)
    ]


def _label(local: datetime) -> str:
    return f"{local:%H}" + ("*" if local.fold else "")
