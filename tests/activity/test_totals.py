"""The day in numbers: each figure by a small day of its own, and what holds for every day."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smena.activity.core.totals import totals
from smena.activity.model import Acts, CallSpan, Piece, Totals, Zone
from smena.kernel.timespan import Span

NOTHING = Acts((), events=0, actions=0, first=None, last=None)
DAY = (
    Piece(0, 100, Zone.OUTSIDE, is_scheduled=False),
    Piece(100, 160, Zone.WORK, is_scheduled=False),
    Piece(200, 230, Zone.IDLE, is_scheduled=True),
    Piece(230, 300, Zone.WORK, is_scheduled=True),
    Piece(300, 340, Zone.CALL, is_scheduled=True),
    Piece(340, 400, Zone.IDLE, is_scheduled=True),
    Piece(400, 450, Zone.PENDING, is_scheduled=True),
    Piece(450, 900, Zone.FUTURE, is_scheduled=True),
)


def of(
    pieces: Sequence[Piece] = DAY,
    talks: Sequence[CallSpan] = (),
    acts: Acts = NOTHING,
    calls: Sequence[Span] = (),
    until: int = 450,
) -> Totals:
    return totals(pieces, calls, talks, acts, until)


@pytest.mark.parametrize(
    ("figure", "expected"),
    [
        ("active", 60 + 70 + 40),
        ("in_work", 70 + 40),
        ("out_of_work", 60),
        ("idle", 30 + 60),
        ("longest_idle", 60),
        ("pending", 50),
        ("elapsed", 30 + 70 + 40 + 60 + 50),
        ("utilisation", 110 / 250),
        ("first", None),
        ("last", None),
        ("late", None),
    ],
)
def test_pieces(figure: str, expected: float | None) -> None:
    assert getattr(of(), figure) == expected


def test_an_empty_day() -> None:
    found = of((), until=0)
    assert (found.elapsed, found.longest_idle, found.utilisation) == (0, 0, None)


TALKS = (
    CallSpan(300, 40),
    CallSpan(310, 20, is_incoming=True),
    CallSpan(320, None),
    CallSpan(330, 0),
    CallSpan(340, 0, is_incoming=True),
)


@pytest.mark.parametrize(
    ("figure", "expected"),
    [
        ("calls_sum", 60),
        ("calls_union", 45),
        ("calls_count", 4),
        ("calls_unknown", 1),
        ("missed", 1),
        ("events", 7 + 4),
        ("actions", 2 + 4),
    ],
)
def test_calls(figure: str, expected: int) -> None:
    """A call nobody answered is no action; one that we made in vain is."""
    acts = Acts((), events=7, actions=2, first=None, last=None)
    found = of(talks=TALKS, acts=acts, calls=[Span(300, 340), Span(345, 350)])
    assert getattr(found, figure) == expected


@pytest.mark.parametrize(
    ("talks", "acted", "expected"),
    [
        pytest.param([], (210, 390), (210, 390), id="acts alone"),
        pytest.param([CallSpan(205, 10)], (210, 390), (205, 390), id="a call is first"),
        pytest.param([CallSpan(380, 30)], (210, 390), (210, 410), id="the end of a call is last"),
        pytest.param([CallSpan(380, None)], (None, None), (380, 380), id="of unknown length"),
        pytest.param([CallSpan(440, 90)], (210, 390), (210, 450), id="it goes on beyond now"),
        pytest.param([CallSpan(150, 0, is_incoming=True)], (210, 390), (210, 390), id="missed"),
    ],
)
def test_first_and_last(
    talks: Sequence[CallSpan],
    acted: tuple[int | None, int | None],
    expected: tuple[int, int],
) -> None:
    found = of(talks=talks, acts=Acts((), 0, 0, *acted))
    assert (found.first, found.last) == expected


@pytest.mark.parametrize(("first", "late"), [(190, 0), (200, 0), (201, 1), (260, 60)])
def test_late_is_counted_from_the_first_scheduled_piece(first: int, late: int) -> None:
    assert of(acts=Acts((), 1, 1, first, first)).late == late


def test_nobody_is_late_without_a_shift() -> None:
    free = [piece._replace(is_scheduled=False) for piece in DAY]
    found = of(free, acts=Acts((), 1, 1, 260, 260))
    assert (found.late, found.elapsed, found.in_work) == (None, 0, 0)


@given(st.lists(st.tuples(st.integers(0, 500), st.sampled_from(Zone), st.booleans()), max_size=20))
def test_the_parts_of_the_elapsed_time_make_the_whole(
    drawn: list[tuple[int, Zone, bool]],
) -> None:
    """Idle and pending are drawn inside shifts only, as the lane draws them."""
    pieces, now = [], 0
    for length, zone, is_scheduled in drawn:
        inside = is_scheduled or zone in (Zone.IDLE, Zone.PENDING)
        if zone is not Zone.OUTSIDE or not inside:
            pieces.append(Piece(now, now + length, zone, inside))
        now += length
    found = of(pieces, until=now)
    assert found.in_work + found.idle + found.pending == found.elapsed
    assert found.longest_idle <= found.idle
    assert found.in_work <= found.active
