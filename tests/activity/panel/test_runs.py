"""Run lengths of a lane in minutes."""

import re
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from smena.activity.model import Piece, Zone
from smena.activity.panel.core.runs import encode
from smena.kernel.timespan import Span
from tests.activity.cast import MINUTE, at, call, day

START, END = at("09:00"), at("18:00")


def runs(pieces: Sequence[Piece], *, idle_min: int = 60) -> str:
    return encode(pieces, START, END, idle_min)


def test_a_morning() -> None:
    drawn = day(["09:30"], [call("10:00-10:20")], now="11:00")
    assert runs(drawn.pieces) == "29i1a30i20c40i420f"


def test_a_short_call_keeps_its_minute() -> None:
    drawn = day([], [call("10:00:30-10:00:50")], now="11:00")
    assert runs(drawn.pieces) == "60i1c59i420f"


def test_the_future_outside_the_shift_is_outside() -> None:
    assert runs(day([], shifts=["09:00-12:00"], now="10:00").pieces) == "60i120f360o"


def test_a_mark_is_one_minute_of_a_call() -> None:
    drawn = day([], now="11:00")
    assert encode(drawn.pieces, START, END, ticks=[at("09:30")]) == "30i1c89i420f"


def test_red_that_is_too_short_is_left_out() -> None:
    pieces = (Piece(START, START + 30, Zone.IDLE, True),)
    assert runs(pieces, idle_min=60) == "540o"
    assert runs(pieces, idle_min=0) == "1i539o"


@given(st.lists(st.tuples(st.integers(1, 4000), st.sampled_from(list(Zone))), max_size=20))
def test_every_minute_has_its_strongest_zone(lengths: list[tuple[int, Zone]]) -> None:
    pieces, moment = [], START
    for length, zone in lengths:
        pieces.append(Piece(moment, moment + length, zone, True))
        moment += length
    text = encode(pieces, START, END, idle_min=0)
    letters = "".join(letter * int(count) for count, letter in re.findall(r"(\d+)([a-z])", text))
    assert len(letters) == (END - START) // MINUTE
    for minute, letter in enumerate(letters):
        here = Span(START + minute * MINUTE, START + (minute + 1) * MINUTE)
        inside = [p.zone for p in pieces if p.start < here.end and p.end > here.start]
        assert letter == max(inside, default=Zone.OUTSIDE).letter
