"""Moments and shifts of the worked examples: Friday, 20 November 2026, in Moscow."""

from collections.abc import Iterable, Sequence

from smena.activity.core.lane import lane
from smena.activity.model import Acts, CallSpan, DayFrame, Lane, PanelSettings
from smena.kernel.timespan import Span

MIDNIGHT = 1795122000
"""2026-11-20 00:00 in Moscow."""
MINUTE, HOUR, DAY = 60, 3600, 86400


def at(clock: str) -> int:
    """Return the second of that Friday: `09:04`, `9:04:30`; `33:00` is Saturday morning."""
    hours, minutes, *seconds = (int(part) for part in clock.split(":"))
    return MIDNIGHT + hours * HOUR + minutes * MINUTE + sum(seconds)


def frame(*shifts: str, start: str = "00:00", end: str = "24:00") -> DayFrame:
    """Make a business day with shifts like `09:00-18:00`."""
    return DayFrame(at(start), at(end), tuple(span(text) for text in shifts))


def span(text: str) -> Span:
    start, _, end = text.partition("-")
    return Span(at(start), at(end))


def acts(clocks: Iterable[str], credit: int = 60) -> Acts:
    return made_at([at(clock) for clock in clocks], credit)


def made_at(moments: Sequence[int], credit: int = 60) -> Acts:
    points = [(moment, credit) for moment in sorted(moments)]
    first, last = (points[0][0], points[-1][0]) if points else (None, None)
    return Acts(points, len(points), len(points), first, last)


def call(text: str, *, is_incoming: bool = False) -> CallSpan:
    begun = span(text)
    return CallSpan(begun.start, begun.seconds, is_incoming)


def day(
    clocks: Iterable[str],
    calls: Iterable[CallSpan] = (),
    *,
    shifts: Sequence[str] = ("09:00-18:00",),
    now: str = "24:00",
    settings: PanelSettings | None = None,
) -> Lane:
    """Draw a lane the way the worked examples put it."""
    seen = [clock for clock in clocks if at(clock) <= at(now)]
    return lane(acts(seen), list(calls), frame(*shifts), settings or PanelSettings(), at(now))


def zones(drawn: Lane, letters: str) -> list[str]:
    """Return the spans of some zones as `09:03-09:09`, working time and the rest joined."""
    found: list[list[int]] = []
    for piece in drawn.pieces:
        if piece.zone.letter not in letters:
            continue
        if found and found[-1][1] == piece.start:
            found[-1][1] = piece.end
        else:
            found.append([piece.start, piece.end])
    return [f"{_clock(start)}-{_clock(end)}" for start, end in found]


def _clock(moment: int) -> str:
    hours, rest = divmod(moment - MIDNIGHT, HOUR)
    minutes, seconds = divmod(rest, MINUTE)
    return f"{hours:02}:{minutes:02}" + (f":{seconds:02}" if seconds else "")
