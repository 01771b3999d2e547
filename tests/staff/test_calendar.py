"""Shifts and business days against wall clocks that jump."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smena.staff.core.calendar import business_day, instant, shifts
from smena.staff.model import OFFICE_HOURS, Period, Shift, WorkHours

MOSCOW = ZoneInfo("Europe/Moscow")
BERLIN = ZoneInfo("Europe/Berlin")
ALMATY = ZoneInfo("Asia/Almaty")
FRIDAY = date(2026, 11, 20)

NIGHT = WorkHours(((Period(21 * 60, 30 * 60),),) * 7)
LUNCH = WorkHours(((Period(540, 780), Period(840, 1080)),) * 7)
EARLY = WorkHours(((Period(0, 360),),) * 7)
ALWAYS_NOON = WorkHours(((Period(720, 1440),),) * 7)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def hours(spans: tuple[Shift, ...]) -> float:
    return sum((s.end - s.start).total_seconds() for s in spans) / 3600


@pytest.mark.parametrize(
    ("week", "day", "zone", "expected"),
    [
        pytest.param(OFFICE_HOURS, FRIDAY, MOSCOW, 9, id="an office day"),
        pytest.param(OFFICE_HOURS, date(2026, 11, 21), MOSCOW, 0, id="Saturday is off"),
        pytest.param(LUNCH, FRIDAY, MOSCOW, 8, id="lunch is left out"),
        pytest.param(NIGHT, date(2026, 3, 28), BERLIN, 8, id="the short night of Berlin"),
        pytest.param(NIGHT, date(2026, 10, 24), BERLIN, 10, id="the long night of Berlin"),
        pytest.param(NIGHT, date(2026, 10, 25), BERLIN, 9, id="the night after it"),
        pytest.param(EARLY, date(2026, 10, 25), BERLIN, 7, id="E10: the repeated hour counts"),
        pytest.param(ALWAYS_NOON, date(2024, 2, 29), ALMATY, 13, id="25 hours of Almaty"),
    ],
)
def test_length_of_a_shift(week: WorkHours, day: date, zone: ZoneInfo, expected: float) -> None:
    assert hours(shifts(week, day, zone)) == expected


def test_a_shift_starts_by_the_wall_clock() -> None:
    (shift,) = shifts(OFFICE_HOURS, FRIDAY, MOSCOW)
    assert shift == Shift(at("2026-11-20T06:00+00:00"), at("2026-11-20T15:00+00:00"))


def test_a_zone_of_ones_own_moves_the_shift() -> None:
    own = WorkHours(OFFICE_HOURS.week, "Asia/Yekaterinburg")
    (shift,) = shifts(own, FRIDAY, MOSCOW)
    assert shift.start == at("2026-11-20T09:00+05:00")


def test_skipped_and_repeated_minutes() -> None:
    spring, autumn = date(2026, 3, 29), date(2026, 10, 25)
    jump = at("2026-03-29T01:00+00:00")
    assert instant(spring, 119, BERLIN) == jump - timedelta(minutes=1)
    assert {instant(spring, m, BERLIN) for m in (120, 150, 179, 180)} == {jump}
    assert instant(autumn, 150, BERLIN) == at("2026-10-25T02:30+02:00")
    assert instant(autumn, 180, BERLIN) == at("2026-10-25T03:00+01:00")


@pytest.mark.parametrize(
    ("week", "start", "end"),
    [
        pytest.param(
            OFFICE_HOURS, "2026-11-20T00:00+03:00", "2026-11-21T00:00+03:00", id="midnights"
        ),
        pytest.param(
            NIGHT, "2026-11-20T09:00+03:00", "2026-11-21T09:00+03:00", id="the night is kept"
        ),
        pytest.param(
            WorkHours(((), (), (), (), (Period(1260, 1800),), (), ())),
            "2026-11-20T00:00+03:00",
            "2026-11-21T09:00+03:00",
            id="the first night of a week",
        ),
        pytest.param(
            WorkHours(((Period(12 * 60, 32 * 60),),) * 7),
            "2026-11-20T09:00+03:00",
            "2026-11-21T09:00+03:00",
            id="until three hours before the next shift",
        ),
    ],
)
def test_business_day(week: WorkHours, start: str, end: str) -> None:
    assert business_day(week, FRIDAY, MOSCOW) == (at(start), at(end))


def test_a_day_that_starts_in_the_morning() -> None:
    start, end = business_day(OFFICE_HOURS, FRIDAY, MOSCOW, 4 * 60)
    assert (start, end) == (at("2026-11-20T04:00+03:00"), at("2026-11-21T04:00+03:00"))


@pytest.mark.parametrize(("day", "length"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25)])
def test_days_of_23_and_25_hours(day: date, length: int) -> None:
    start, end = business_day(OFFICE_HOURS, day, BERLIN)
    assert end - start == timedelta(hours=length)


periods = st.tuples(st.integers(0, 1439), st.integers(1, 1440)).map(
    lambda pair: (Period(pair[0], pair[0] + pair[1]),)
)
weeks = st.lists(st.one_of(st.just(()), periods), min_size=7, max_size=7).map(
    lambda days: WorkHours(tuple(days))
)
days = st.dates(date(2024, 1, 1), date(2027, 12, 31))
zones = st.sampled_from([MOSCOW, BERLIN, ALMATY, ZoneInfo("America/New_York")])


@given(weeks, days, zones, st.sampled_from([0, 240, 720]))
def test_business_days_follow_each_other_without_hole_or_overlap(
    week: WorkHours, day: date, zone: ZoneInfo, day_start: int
) -> None:
    _, end = business_day(week, day, zone, day_start)
    start, _ = business_day(week, day + timedelta(days=1), zone, day_start)
    assert end == start


@given(days, zones, st.integers(0, 2880), st.integers(0, 2880))
def test_a_later_wall_clock_is_never_an_earlier_instant(
    day: date, zone: ZoneInfo, one: int, other: int
) -> None:
    first, second = sorted((one, other))
    assert instant(day, first, zone) <= instant(day, second, zone)
