"""Of what does a lane consist? Its parts in order, each with what was done in it.

For the hint over a lane and for the day as a list: exact seconds, unlike the drawn lane.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from smena.activity.model import CallSpan, Lane, Zone

_MINUTE = 60
_BUSY = (Zone.WORK, Zone.CALL)


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of one zone; `start == end` is a call of unknown length."""

    start: int
    end: int
    zone: Zone
    events: Sequence[tuple[int, str]] = ()
    """Moments and types of what the person saved."""
    talks: Sequence[CallSpan] = ()

    @property
    def seconds(self) -> int:
        return self.end - self.start


def parts(lane: Lane, events: Iterable[tuple[int, str]], talks: Sequence[CallSpan]) -> list[Part]:
    """Split a day into its parts. `events` are the person's own, calls apart."""
    spans = _joined(lane)
    starts = [span[0] for span in spans]
    saved: list[list[tuple[int, str]]] = [[] for _ in spans]
    for at, event_type in events:
        saved[_place(at, starts, spans)].append((at, event_type))
    found = [
        Part(start, end, zone, saved[place], _spoken(talks, start, end) if zone in _BUSY else ())
        for place, (start, end, zone) in enumerate(spans)
    ]
    unknown = [
        Part(talk.start, talk.start, Zone.CALL, (), (talk,))
        for talk in talks
        if talk.seconds is None and talk.start in lane.ticks
    ]
    return sorted([*found, *unknown], key=lambda part: part.start)


def part_at(found: Sequence[Part], minute: int) -> Part | None:
    """Return the part that names a minute of the drawn lane: the strongest zone in it."""
    start, end = minute * _MINUTE, (minute + 1) * _MINUTE
    inside = [
        part for part in found if part.start < end and (part.end > start or part.start >= start)
    ]
    return max(inside, key=lambda part: part.zone, default=None)


def _joined(lane: Lane) -> list[tuple[int, int, Zone]]:
    """Join pieces that differ only by working time or not."""
    spans: list[tuple[int, int, Zone]] = []
    for piece in lane.pieces:
        if spans and spans[-1][2] is piece.zone:
            spans[-1] = (spans[-1][0], piece.end, piece.zone)
        else:
            spans.append((piece.start, piece.end, piece.zone))
    return spans


def _place(at: int, starts: Sequence[int], spans: Sequence[tuple[int, int, Zone]]) -> int:
    """Return the span of an event: the work lies before the click that saves it."""
    before = max(bisect_right(starts, at - 1) - 1, 0)
    after = max(bisect_right(starts, at) - 1, 0)
    return after if spans[before][2] not in _BUSY and spans[after][2] in _BUSY else before


def _spoken(talks: Sequence[CallSpan], start: int, end: int) -> list[CallSpan]:
    return [
        talk
        for talk in talks
        if talk.seconds is not None
        and not talk.is_missed
        and talk.start < end
        and (talk.start + talk.seconds > start or talk.start >= start)
    ]
