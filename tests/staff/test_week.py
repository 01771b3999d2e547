"""What people type into working hours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smena.staff.core.week import HoursFault, HoursRefused, check_week, read_day, write_day
from smena.staff.model import OFFICE_DAY, Period


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("  ", ()),
        ("09:00–18:00", OFFICE_DAY),
        ("9:00-18.00", OFFICE_DAY),
        ("09:00 — 13:00; 14:00 – 18:00", (Period(540, 780), Period(840, 1080))),
        ("21:00–06:00", (Period(1260, 1800),)),
        ("21:00–01:00, 02:00–06:00", (Period(1260, 1500), Period(1560, 1800))),
        ("00:00–24:00", (Period(0, 1440),)),
        ("18:00–24:00", (Period(1080, 1440),)),
        ("09:00–09:00", HoursRefused(HoursFault.EMPTY_PERIOD)),
        ("утром", HoursRefused(HoursFault.UNREADABLE)),
        ("09:00", HoursRefused(HoursFault.UNREADABLE)),
        ("09:00–25:00", HoursRefused(HoursFault.NO_SUCH_TIME)),
        ("09:70–18:00", HoursRefused(HoursFault.NO_SUCH_TIME)),
        ("09:00–18:00, 10:00–12:00", HoursRefused(HoursFault.TOO_LONG)),
        (", ".join(["01:00–02:00"] * 7), HoursRefused(HoursFault.TOO_MANY)),
        ("1" * 300, HoursRefused(HoursFault.UNREADABLE)),
    ],
)
def test_a_day(text: str, expected: object) -> None:
    assert read_day(text) == expected


def test_a_night_may_not_run_into_the_next_morning() -> None:
    night, morning = (Period(1260, 1980),), (Period(480, 1000),)
    assert check_week((night, morning, (), (), (), (), ())) == {0: HoursFault.MEETS_NEXT_DAY}
    assert check_week((morning, (), (), (), (), (), night)) == {6: HoursFault.MEETS_NEXT_DAY}
    assert check_week((OFFICE_DAY,) * 7) == {}


@given(st.lists(st.integers(1, 1439), min_size=2, max_size=8, unique=True))
def test_what_is_written_is_read_back(edges: list[int]) -> None:
    edges = sorted(edges)[: len(edges) // 2 * 2]
    day = tuple(Period(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True))
    assert read_day(write_day(day)) == day
