"""What holidays, moved days and short days do to a week."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smena.staff.core.calendar import business_day, shifts, work_day
from smena.staff.core.special import most_usual, periods, shorten
from smena.staff.model import OFFICE_HOURS, DayKind, Period, SpecialDay, WorkHours

MOSCOW, BERLIN = ZoneInfo("Europe/Moscow"), ZoneInfo("Europe/Berlin")
SATURDAY, SUNDAY, MONDAY, TUESDAY, WEDNESDAY = (date(2025, 11, day) for day in range(1, 6))
OFFICE = (Period(540, 1080),)
FRIDAYS_SHORT = WorkHours((OFFICE,) * 4 + ((Period(540, 1020),),) + ((),) * 2)
SIX_DAYS = WorkHours((OFFICE,) * 5 + ((Period(600, 900),), ()))
NO_MONDAYS = WorkHours(((), *(OFFICE,) * 4, (), ()))
NIGHTS = WorkHours(((Period(1260, 1800),),) * 5 + ((), (Period(180, 600),)))
ALWAYS = WorkHours(OFFICE_HOURS.week, works_on_holidays=True)

HOLIDAY = SpecialDay(DayKind.OFF, {"ru": "День народного единства"})
MOVED_OFF = SpecialDay(DayKind.OFF, instead_of=SATURDAY)
MOVED_EVE = SpecialDay(DayKind.OFF, instead_of=SATURDAY, is_eve=True)
MOVED_WORK = SpecialDay(DayKind.WORKING, instead_of=MONDAY)
MOVED_SHORT = SpecialDay(DayKind.WORKING, instead_of=MONDAY, is_short=True)
OWN_WORK = SpecialDay(DayKind.WORKING, note="отчётная суббота")
SHORT = SpecialDay(DayKind.SHORT)


@pytest.mark.parametrize(
    ("hours", "day", "special", "expected"),
    [
        pytest.param(OFFICE_HOURS, TUESDAY, HOLIDAY, (), id="a holiday has no shift"),
        pytest.param(OFFICE_HOURS, MONDAY, MOVED_OFF, (), id="nor has a moved day off"),
        pytest.param(OFFICE_HOURS, WEDNESDAY, None, OFFICE, id="a usual day"),
        pytest.param(OFFICE_HOURS, SATURDAY, None, (), id="a usual Saturday"),
        pytest.param(OFFICE_HOURS, SATURDAY, MOVED_WORK, OFFICE, id="the hours of the Monday"),
        pytest.param(
            OFFICE_HOURS, SATURDAY, MOVED_SHORT, (Period(540, 1020),), id="as short as that Monday"
        ),
        pytest.param(NO_MONDAYS, SATURDAY, MOVED_WORK, (), id="who has Mondays off stays at home"),
        pytest.param(SIX_DAYS, MONDAY, MOVED_OFF, OFFICE, id="who works on Saturdays works on"),
        pytest.param(
            SIX_DAYS, MONDAY, MOVED_EVE, (Period(540, 1020),), id="and goes an hour earlier"
        ),
        pytest.param(OFFICE_HOURS, MONDAY, MOVED_EVE, (), id="which is nothing to others"),
        pytest.param(
            SIX_DAYS, SATURDAY, MOVED_SHORT, (Period(600, 900),), id="a Saturday as any other"
        ),
        pytest.param(
            SIX_DAYS, SATURDAY, SHORT, (Period(600, 840),), id="unless a holiday follows it"
        ),
        pytest.param(
            SIX_DAYS, SATURDAY, MOVED_WORK, (Period(600, 900),), id="a worked Saturday keeps hours"
        ),
        pytest.param(FRIDAYS_SHORT, SUNDAY, OWN_WORK, OFFICE, id="the most usual day"),
        pytest.param(OFFICE_HOURS, WEDNESDAY, SHORT, (Period(540, 1020),), id="an hour less"),
        pytest.param(OFFICE_HOURS, SATURDAY, SHORT, (), id="less than nothing is nothing"),
        pytest.param(ALWAYS, TUESDAY, HOLIDAY, OFFICE, id="who works on holidays does"),
        pytest.param(ALWAYS, SATURDAY, MOVED_WORK, (), id="and on no Saturday of others"),
        pytest.param(
            NIGHTS, SATURDAY, MOVED_WORK, (Period(1260, 1620),), id="a night gives way to morning"
        ),
        pytest.param(WorkHours(((),) * 7), SUNDAY, OWN_WORK, (), id="somebody without hours"),
    ],
)
def test_periods(
    hours: WorkHours, day: date, special: SpecialDay | None, expected: tuple[Period, ...]
) -> None:
    assert periods(hours, day, {day: special} if special else {}) == expected


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        pytest.param((Period(540, 780), Period(840, 1080)), ((540, 780), (840, 1020)), id="lunch"),
        pytest.param((Period(540, 1020), Period(1050, 1080)), ((540, 990),), id="a break is none"),
        pytest.param((Period(540, 600),), (), id="all of it"),
        pytest.param((), (), id="nothing"),
        pytest.param((Period(1260, 1800),), ((1260, 1740),), id="a night"),
    ],
)
def test_shorten(made: tuple[Period, ...], expected: tuple[tuple[int, int], ...]) -> None:
    assert shorten(made) == tuple(Period(*pair) for pair in expected)


def test_the_most_usual_day() -> None:
    assert most_usual(SIX_DAYS.week) == OFFICE
    assert most_usual(((Period(0, 60),), OFFICE, OFFICE, (), (), (), ())) == OFFICE


def test_a_holiday_says_why_and_is_a_whole_day() -> None:
    found = work_day(OFFICE_HOURS, TUESDAY, MOSCOW, 0, {TUESDAY: HOLIDAY})
    assert (found.shifts, found.special) == ((), HOLIDAY)
    assert found.end - found.start == timedelta(days=1)
    own = work_day(ALWAYS, TUESDAY, MOSCOW, 0, {TUESDAY: HOLIDAY})
    assert (len(own.shifts), own.special) == (1, None)


def test_the_night_before_a_holiday_is_kept() -> None:
    before = business_day(NIGHTS, MONDAY, MOSCOW, special={TUESDAY: HOLIDAY})
    assert before[1] == datetime(2025, 11, 4, 6, 0, tzinfo=UTC), "three hours after its end"


spans = st.tuples(st.integers(0, 1439), st.integers(1, 1440)).map(
    lambda pair: (Period(pair[0], pair[0] + pair[1]),)
)
weeks = st.builds(
    WorkHours,
    st.lists(st.one_of(st.just(()), spans), min_size=7, max_size=7).map(tuple),
    works_on_holidays=st.booleans(),
)
days = st.dates(date(2025, 1, 1), date(2026, 12, 31))
special_days = st.builds(
    SpecialDay,
    st.sampled_from(DayKind),
    instead_of=st.one_of(st.none(), days),
    is_short=st.booleans(),
    is_eve=st.booleans(),
)
zones = st.sampled_from([MOSCOW, BERLIN])


@given(weeks, days, zones, st.lists(st.one_of(st.none(), special_days), min_size=5, max_size=5))
def test_business_days_follow_each_other_whatever_the_calendar_says(
    week: WorkHours, day: date, zone: ZoneInfo, around: list[SpecialDay | None]
) -> None:
    special = {day + timedelta(days=n - 2): one for n, one in enumerate(around) if one}
    _, end = business_day(week, day, zone, 0, special)
    start, _ = business_day(week, day + timedelta(days=1), zone, 0, special)
    assert end == start


@given(weeks, days, special_days)
def test_a_special_day_never_adds_to_a_day_that_is_worked_anyway(
    week: WorkHours, day: date, special: SpecialDay
) -> None:
    usual = shifts(week, day, MOSCOW)
    found = shifts(week, day, MOSCOW, {day: special})
    length = sum((one.end - one.start for one in found), timedelta(0))
    if usual:
        assert length <= sum((one.end - one.start for one in usual), timedelta(0))
    moved_from = special.instead_of
    is_owed = moved_from is None or not week.week[moved_from.weekday()]
    if special.kind is DayKind.OFF and is_owed and not week.works_on_holidays:
        assert found == ()
    if special.kind is DayKind.OFF and not is_owed and not special.is_eve:
        assert found == usual
    if week.works_on_holidays:
        assert found == usual
