"""The fast lane against a plain one that paints every second, and its identities."""

from hypothesis import given, settings
from hypothesis import strategies as st

from smena.activity.core.lane import lane
from smena.activity.model import CallSpan, DayFrame, Lane, PanelSettings, Zone
from smena.kernel.timespan import Span
from tests.activity.cast import made_at

LENGTH = 600
"""Seconds of a toy day: every rule works on any scale, and painting stays quick."""


@st.composite
def days(
    draw: st.DrawFn,
) -> tuple[list[tuple[int, int]], list[CallSpan], DayFrame, PanelSettings, int]:
    moment = st.integers(0, LENGTH - 1)
    credit = draw(st.sampled_from([0, 7, 30]))
    points = [(at, credit) for at in sorted(draw(st.lists(moment, max_size=12)))]
    talks = [
        CallSpan(start, seconds, is_incoming)
        for start, seconds, is_incoming in draw(
            st.lists(
                st.tuples(
                    st.integers(-60, LENGTH - 1),
                    st.one_of(st.none(), st.integers(0, 90)),
                    st.booleans(),
                ),
                max_size=5,
            )
        )
    ]
    edges = sorted(draw(st.sets(st.integers(-20, LENGTH + 20), max_size=4)))
    shifts = tuple(Span(a, b) for a, b in zip(edges[::2], edges[1::2], strict=False))
    gap = draw(st.sampled_from([0, 10, 60, 200]))
    now = draw(st.integers(-50, LENGTH + 300))
    return points, talks, DayFrame(0, LENGTH, shifts), PanelSettings(gap_seconds=gap), now


def painted(
    points: list[tuple[int, int]], talks: list[CallSpan], frame: DayFrame, gap: int, now: int
) -> list[Zone]:
    """Paint the toy day second by second, straight from the wording of the rules."""
    seen = min(now, frame.end)
    spans = [(max(at - credit, 0), at) for at, credit in points if at <= now]
    known = [
        (max(talk.start, 0), min(talk.start + talk.seconds, seen))
        for talk in talks
        if talk.seconds is not None
        and not (talk.is_incoming and talk.seconds == 0)
        and talk.start <= seen
        and talk.start + talk.seconds >= 0
    ]
    busy = {second for start, end in spans + known for second in range(start, end)}
    edges = {edge for shift in frame.shifts for edge in shift}
    ends = {end for _, end in spans + known}
    starts = {start for start, _ in spans + known}
    for end in ends:
        for start in starts:
            hole = range(end, start)
            free = not busy.intersection(hole)
            if 0 < len(hole) <= gap and free and not edges.intersection(range(end + 1, start)):
                busy.update(hole)
    calls = {second for start, end in known for second in range(start, end)}
    on_shift = {second for shift in frame.shifts for second in range(*shift)}
    last = max(busy) + 1 if busy else None
    waiting = range(last, now) if last is not None and now - last <= gap else range(0)
    return [
        Zone.FUTURE if second >= now
        else Zone.CALL if second in calls
        else Zone.WORK if second in busy
        else Zone.OUTSIDE if second not in on_shift
        else Zone.PENDING if second in waiting
        else Zone.IDLE
        for second in range(LENGTH)
    ]  # fmt: skip


def drawn(day: tuple[list[tuple[int, int]], list[CallSpan], DayFrame, PanelSettings, int]) -> Lane:
    points, talks, frame, chosen, now = day
    seen = [point for point in points if point[0] <= now]
    made = made_at([at for at, _ in seen])
    acts = type(made)(seen, made.events, made.actions, made.first, made.last)
    return lane(acts, talks, frame, chosen, now)


@given(days())
@settings(max_examples=400, deadline=None)
def test_the_lane_equals_the_painted_one(
    day: tuple[list[tuple[int, int]], list[CallSpan], DayFrame, PanelSettings, int],
) -> None:
    points, talks, frame, chosen, now = day
    seconds = [piece.zone for piece in drawn(day).pieces for _ in range(piece.start, piece.end)]
    assert seconds == painted(points, talks, frame, chosen.gap_seconds, now)


@given(days())
@settings(max_examples=200, deadline=None)
def test_identities(
    day: tuple[list[tuple[int, int]], list[CallSpan], DayFrame, PanelSettings, int],
) -> None:
    result = drawn(day)
    totals, pieces, frame, now = result.totals, result.pieces, day[2], day[4]
    assert totals.in_work + totals.idle + totals.pending == totals.elapsed
    assert totals.active == totals.in_work + totals.out_of_work
    assert totals.calls_union <= totals.active
    assert totals.longest_idle <= totals.idle
    assert totals.elapsed == sum(
        max(0, min(shift.end, frame.end, now) - max(shift.start, frame.start))
        for shift in frame.shifts
    )
    assert [piece.start for piece in pieces[1:]] == [piece.end for piece in pieces[:-1]]
    assert (pieces[0].start, pieces[-1].end) == (frame.start, frame.end)
    assert not any(p.zone in {Zone.IDLE, Zone.PENDING} and not p.is_scheduled for p in pieces)


@given(days(), st.integers(1, 50))
@settings(max_examples=200, deadline=None)
def test_a_call_more_is_never_less_work(
    day: tuple[list[tuple[int, int]], list[CallSpan], DayFrame, PanelSettings, int], length: int
) -> None:
    points, talks, frame, chosen, now = day
    before = drawn(day).totals
    after = drawn((points, [*talks, CallSpan(100, length)], frame, chosen, now)).totals
    assert after.active >= before.active
    assert after.in_work >= before.in_work
    assert after.idle + after.pending <= before.idle + before.pending
