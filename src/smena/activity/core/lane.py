"""How a day went: which zone every moment of a lane has (R2, R3, R6-R9, R14).

A lane is a function of facts, schedule, settings and `now`; it has no clock and no memory, so a
late event simply gives another lane (R8). Robots, duplicates of calls and their authors (R1, R4,
R5) were sorted out before.
"""

from collections.abc import Iterable, Sequence

from smena.activity.core.totals import totals
from smena.activity.model import Acts, CallSpan, DayFrame, Lane, PanelSettings, Piece, Point, Zone
from smena.kernel.timespan import Span, intersect, union

_Pair = tuple[int, int]

# What may hold of a moment; the sum of those that do is its state.
_TALKING, _BUSY, _ON_SHIFT, _AHEAD, _WAITING = 1, 2, 4, 8, 16


def _zone(state: int) -> tuple[Zone, bool]:
    """Return the zone of a moment by the order of R7, and whether it is working time."""
    on_shift = bool(state & _ON_SHIFT)
    if state & _AHEAD:
        return Zone.FUTURE, on_shift
    if state & _TALKING:
        return Zone.CALL, on_shift
    if state & _BUSY:
        return Zone.WORK, on_shift
    if not on_shift:
        return Zone.OUTSIDE, on_shift
    return (Zone.PENDING if state & _WAITING else Zone.IDLE), on_shift


_ZONES = tuple(_zone(state) for state in range(32))


def lane(
    acts: Acts, talks: Sequence[CallSpan], frame: DayFrame, settings: PanelSettings, now: int
) -> Lane:
    """Draw the day `frame` as it looks at `now`."""
    until = min(now, frame.end)
    shifts = intersect(frame.shifts, [Span(frame.start, frame.end)])
    spoken = _talks(talks, frame.start, until)
    calls = union(Span(*pair) for pair in spoken)
    busy = _busy(acts.points, spoken, frame.start, shifts, settings.gap_seconds)
    pieces = _pieces(busy, calls if settings.show_calls else [], shifts, frame, now, settings)
    own = [talk for talk in talks if frame.start <= talk.start < min(now + 1, frame.end)]
    ticks = tuple(talk.start for talk in own if talk.seconds is None)
    return Lane(frame, pieces, ticks, totals(pieces, calls, own, acts, until))


def _talks(talks: Iterable[CallSpan], start: int, until: int) -> list[_Pair]:
    """Return the known parts of calls inside the day so far; missed ones are nobody's work."""
    return [
        (max(talk.start, start), min(talk.start + talk.seconds, until))
        for talk in talks
        if talk.seconds is not None
        and not talk.is_missed
        and talk.start <= until
        and talk.start + talk.seconds >= start
    ]


def _busy(
    points: Sequence[Point],
    spoken: Sequence[_Pair],
    start: int,
    shifts: Sequence[Span],
    gap: int,
) -> list[_Pair]:
    """Join what is done into stretches, over holes of at most `gap` (R2, R3, R6).

    A change without credit takes no time itself but holds a stretch together; an edge of a shift
    strictly inside a hole keeps it open. This is the hot loop of a panel: 150,000 turns for 500
    people, hence plain tuples. What began before `start` is one stretch and is cut at the end.
    """
    spans = [(at - credit, at) for at, credit in points]
    spans += spoken
    if not spans:
        return []
    spans.sort()
    edges = iter([*(edge for shift in shifts for edge in shift), float("inf")])
    edge = next(edges)
    first, last = spans[0]
    stretches: list[_Pair] = []
    for begin, end in spans:
        if begin > last:
            while edge <= last:
                edge = next(edges)
            if begin - last > gap or edge < begin:
                stretches.append((first, last))
                first = last = begin
        if end > last:  # noqa: PLR1730 -- max() costs 15 ms a panel
            last = end
    stretches.append((first, last))
    return [(max(begin, start), end) for begin, end in stretches if max(begin, start) < end]


def _pieces(
    busy: Sequence[_Pair],
    calls: Sequence[_Pair],
    shifts: Sequence[_Pair],
    frame: DayFrame,
    now: int,
    settings: PanelSettings,
) -> tuple[Piece, ...]:
    """Walk over all edges in order of time and give each moment its zone."""
    changes: list[_Pair] = [(frame.end, 0)]
    waiting = [(busy[-1][1], now)] if busy and now - busy[-1][1] <= settings.gap_seconds else []
    ahead = [(max(now, frame.start), frame.end)]
    layers = (
        (_TALKING, calls),
        (_BUSY, busy),
        (_ON_SHIFT, shifts),
        (_AHEAD, ahead),
        (_WAITING, waiting),
    )
    for bit, spans in layers:
        for begin, end in spans:
            if begin < end:
                changes += ((begin, bit), (end, -bit))
    changes.sort()
    pieces: list[Piece] = []
    state, moment = 0, frame.start
    began, known = frame.start, _ZONES[0]
    for at, change in changes:
        if moment < at <= frame.end:
            found = _ZONES[state]
            if found != known:
                if began < moment:
                    pieces.append(Piece(began, moment, *known))
                began, known = moment, found
            moment = at
        state += change
    pieces.append(Piece(began, frame.end, *known))
    return tuple(pieces)
