"""What people type into working hours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smena.staff import forms
from smena.staff.core.week import (
    HoursFault,
    HoursRefused,
    check_week,
    ends_before_midnight,
    read_day,
    until_midnight,
    write_day,
)
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


@pytest.mark.parametrize(
    ("text", "offered", "made"),
    [
        pytest.param("00:00–23:59", "Круглосуточно", "00:00–24:00", id="SCH-h"),
        pytest.param(
            "00:00–12:00, 13:00–23:59", "Круглосуточно", "00:00–12:00, 13:00–24:00", id="a break"
        ),
        pytest.param("18:00–23:59", "До полуночи, 24:00", "18:00–24:00", id="an evening"),
        pytest.param(
            "18:00–23:59, 00:00–02:00", "До полуночи, 24:00", "18:00–24:00, 24:00–02:00",
            id="a night in two pieces",
        ),
    ],
)  # fmt: skip
def test_a_minute_before_midnight_is_accepted_and_offered_to_work(
    text: str, offered: str, made: str
) -> None:
    given = {forms.day_field(0): text}
    form = forms.read(given)
    assert form.value is not None
    assert (form.ends_before_midnight, form.until_midnight) == (True, offered)
    taken = forms.read(given | {forms.UNTIL_MIDNIGHT: "1"})
    assert (taken.ends_before_midnight, taken.texts[0]) == (False, made)
    assert taken.value is not None
    assert taken.value.week[0] == read_day(made)


@pytest.mark.parametrize("text", ["", "09:00–18:00", "00:00–24:00", "23:59–08:00", "утром"])
def test_nothing_else_is_offered(text: str) -> None:
    assert not forms.read({forms.day_field(0): text}).ends_before_midnight


def test_other_days_keep_their_end() -> None:
    week = ((Period(0, 1439),), OFFICE_DAY, (), (), (), (), ())
    assert ends_before_midnight(week)
    assert until_midnight(week) == ((Period(0, 1440),), OFFICE_DAY, (), (), (), (), ())
