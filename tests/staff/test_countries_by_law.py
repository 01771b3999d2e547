"""Working years of countries: days, hours and short days against what ministries have printed.

The yearly norm of hours is the check of a calendar: a wrong short day changes it by one.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from smena.staff.core import belarus, russia
from smena.staff.core.special import periods, special_for
from smena.staff.countries import special_days
from smena.staff.model import DayKind, Period, SpecialDay, WorkHours

_ONE_DAY = timedelta(days=1)


def hours_of(*lengths: int) -> WorkHours:
    """Make a week of days that begin at nine and last so many hours."""
    week = tuple((Period(540, 540 + 60 * length),) if length else () for length in lengths)
    return WorkHours(week)


FIVE_DAYS = hours_of(8, 8, 8, 8, 8, 0, 0)
SIX_DAYS = hours_of(7, 7, 7, 7, 7, 5, 0)
EIGHT_HOURS_ON_SIX_DAYS = hours_of(8, 8, 8, 8, 8, 8, 0)
SATURDAY_INSTEAD_OF_MONDAY = hours_of(0, 8, 8, 8, 8, 8, 0)


def dates(year: int) -> Sequence[date]:
    first = date(year, 1, 1)
    return [first + _ONE_DAY * n for n in range((date(year + 1, 1, 1) - first).days)]


def minutes(hours: WorkHours, country: str, day: date) -> int:
    made = periods(hours, day, special_days(country, day.year))
    return sum(one.end_minute - one.start_minute for one in made)


def worked(hours: WorkHours, country: str, year: int) -> list[date]:
    return [day for day in dates(year) if minutes(hours, country, day)]


def norm(hours: WorkHours, country: str, days: Sequence[date]) -> float:
    return sum(minutes(hours, country, day) for day in days) / 60


def short(hours: WorkHours, country: str, year: int) -> list[str]:
    """Return the worked dates that last an hour less than that weekday, or the weekday replaced."""
    special = special_days(country, year)
    found = {day: special_for(hours, day, special) for day in worked(hours, country, year)}
    return [f"{day:%d.%m}" for day, one in found.items() if one and _is_short(one)]


def _is_short(one: SpecialDay) -> bool:
    return one.kind is DayKind.SHORT or one.is_short


@pytest.mark.parametrize(
    ("country", "year", "days", "total"),
    [
        pytest.param("RU", 2024, 248, 1979, id="CAL-a: Russia 2024"),
        pytest.param("RU", 2025, 247, 1972, id="CAL-b: Russia 2025"),
        pytest.param("RU", 2026, 247, 1972, id="CAL-c: Russia 2026"),
        pytest.param("BY", 2023, 252, 2011, id="Belarus 2023, by its Ministry of Labour"),
        pytest.param("BY", 2026, 254, 2024, id="Belarus 2026, by its Ministry of Labour"),
    ],
)
def test_a_year_of_five_days_a_week(country: str, year: int, days: int, total: int) -> None:
    found = worked(FIVE_DAYS, country, year)
    assert (len(found), norm(FIVE_DAYS, country, found)) == (days, total)


@pytest.mark.parametrize(
    ("country", "year", "days"),
    [
        pytest.param("RU", 2025, 299, id="CAL-d: Russia 2025"),
        pytest.param("RU", 2026, 299, id="Russia 2026"),
    ],
)
def test_days_of_a_year_of_six_days_a_week(country: str, year: int, days: int) -> None:
    assert len(worked(SIX_DAYS, country, year)) == days
    assert len(worked(EIGHT_HOURS_ON_SIX_DAYS, country, year)) == days


@pytest.mark.parametrize(("year", "total"), [(2023, 2014), (2026, 2019)])
def test_hours_of_six_days_a_week_in_belarus(year: int, total: int) -> None:
    """Seven hours, on Saturdays five, before a holiday six and four."""
    assert norm(SIX_DAYS, "BY", worked(SIX_DAYS, "BY", year)) == total


def test_months_and_quarters_of_russia() -> None:
    """CAL-a, CAL-c."""
    by_month = [len([d for d in worked(FIVE_DAYS, "RU", 2024) if d.month == n + 1])
                for n in range(12)]  # fmt: skip
    assert by_month == [17, 20, 20, 21, 20, 19, 23, 22, 21, 23, 21, 21]
    quarters = [[d for d in worked(FIVE_DAYS, "RU", 2026) if (d.month - 1) // 3 == n]
                for n in range(4)]  # fmt: skip
    assert [len(one) for one in quarters] == [55, 62, 66, 64]
    assert [norm(FIVE_DAYS, "RU", one) for one in quarters] == [440, 493, 528, 511]


def test_quarters_of_kazakhstan() -> None:
    """The balance of its Ministry of Labour for 2024, without the quarter of a movable feast."""
    for hours, expected in ((FIVE_DAYS, [59, 64, 64]), (SIX_DAYS, [72, 77, 77])):
        found = worked(hours, "KZ", 2024)
        quarters = [[d for d in found if (d.month - 1) // 3 == n] for n in (0, 2, 3)]
        assert [len(one) for one in quarters] == expected
        if hours == FIVE_DAYS:
            assert [norm(hours, "KZ", one) for one in quarters] == [472, 512, 512]


@pytest.mark.parametrize(
    ("hours", "country", "year", "expected"),
    [
        (FIVE_DAYS, "RU", 2024, ["22.02", "07.03", "08.05", "11.06", "02.11"]),
        (FIVE_DAYS, "RU", 2025, ["07.03", "30.04", "11.06", "01.11"]),
        (FIVE_DAYS, "RU", 2026, ["30.04", "08.05", "11.06", "03.11"]),
        (FIVE_DAYS, "RU", 2027, ["20.02", "30.04", "11.06", "03.11"]),
        (SIX_DAYS, "RU", 2024, ["22.02", "07.03", "30.04", "08.05", "11.06"]),
        (SIX_DAYS, "RU", 2025, ["22.02", "07.03", "30.04", "11.06", "03.11"]),
        (SIX_DAYS, "RU", 2026, ["07.03", "30.04", "08.05", "11.06", "03.11"]),
        (
            FIVE_DAYS, "BY", 2025,
            ["11.01", "07.03", "26.04", "30.04", "08.05", "02.07", "06.11", "24.12", "31.12"],
        ),
        (
            FIVE_DAYS, "BY", 2026,
            ["06.01", "25.04", "30.04", "08.05", "02.07", "06.11", "24.12", "31.12"],
        ),
        (
            SIX_DAYS, "BY", 2026,
            ["06.01", "07.03", "20.04", "30.04", "08.05", "02.07", "06.11", "24.12", "31.12"],
        ),
        (FIVE_DAYS, "KZ", 2026, []),
        (SIX_DAYS, "KZ", 2026, []),
    ],
)  # fmt: skip
def test_short_days(hours: WorkHours, country: str, year: int, expected: list[str]) -> None:
    assert short(hours, country, year) == expected


@pytest.mark.parametrize(
    ("country", "day", "five", "six", "half"),
    [
        # CAL-d. The last column works from Tuesday to Saturday.
        pytest.param("RU", date(2025, 5, 2), 0, 7, 8, id="stands for a Saturday"),
        pytest.param("RU", date(2025, 6, 13), 0, 7, 8, id="another Saturday"),
        pytest.param("RU", date(2025, 11, 3), 0, 6, 0, id="exchanged, and an eve"),
        pytest.param("RU", date(2025, 11, 1), 7, 5, 8, id="an ordinary Saturday to them"),
        pytest.param("RU", date(2025, 2, 22), 0, 4, 7, id="a Saturday before a holiday"),
        pytest.param("RU", date(2025, 5, 8), 0, 0, 0, id="stands for a Sunday"),
        pytest.param("RU", date(2025, 12, 31), 0, 0, 0, id="another Sunday"),
        pytest.param("RU", date(2026, 1, 9), 0, 7, 8, id="for Saturday, 3 January"),
        pytest.param("RU", date(2026, 3, 9), 0, 0, 0, id="by law, for a Sunday"),
        pytest.param("RU", date(2026, 5, 11), 0, 7, 0, id="by law, for a Saturday"),
        pytest.param("BY", date(2026, 4, 20), 0, 6, 0, id="Belarus moves for five days a week"),
        pytest.param("BY", date(2026, 4, 25), 7, 5, 8, id="and back"),
        pytest.param("BY", date(2026, 4, 4), 0, 5, 8, id="Easter is no holiday of the law"),
        pytest.param("KZ", date(2026, 3, 24), 0, 0, 0, id="Nowruz: Saturday and Sunday"),
        pytest.param("KZ", date(2026, 3, 25), 0, 7, 8, id="they have but the Sunday owed"),
        pytest.param("KZ", date(2025, 1, 5), 8, 7, 8, id="a Sunday worked by all"),
        pytest.param("KZ", date(2025, 1, 3), 0, 0, 0, id="for a Friday off"),
    ],
)
def test_who_works_on_saturdays_neither_wins_nor_loses(
    country: str, day: date, five: int, six: int, half: int
) -> None:
    weeks = (FIVE_DAYS, SIX_DAYS, SATURDAY_INSTEAD_OF_MONDAY)
    assert [minutes(week, country, day) / 60 for week in weeks] == [five, six, half]


def test_an_eve_that_is_not_worked_shortens_nothing() -> None:
    """CAL-j: 8 March 2026 is a Sunday; two people with eight and two hours on 30 April."""
    assert minutes(FIVE_DAYS, "RU", date(2026, 3, 6)) == 8 * 60
    assert special_for(FIVE_DAYS, date(2026, 3, 7), special_days("RU", 2026)) is None
    two_hours = hours_of(2, 2, 2, 2, 2, 0, 0)
    assert [minutes(week, "RU", date(2026, 4, 30)) for week in (FIVE_DAYS, two_hours)] == [420, 60]


@pytest.mark.parametrize(
    ("country", "day", "instead_of"),
    [
        ("RU", date(2026, 1, 9), date(2026, 1, 3)),
        ("RU", date(2026, 3, 9), date(2026, 3, 8)),
        ("RU", date(2026, 5, 11), date(2026, 5, 9)),
        ("RU", date(2026, 12, 31), date(2026, 1, 4)),
        ("KZ", date(2026, 3, 24), date(2026, 3, 21)),
        ("KZ", date(2026, 3, 25), date(2026, 3, 22)),
        ("GB", date(2027, 12, 28), date(2027, 12, 26)),
        ("US", date(2027, 12, 31), date(2028, 1, 1)),
    ],
)
def test_a_moved_day_off_tells_whence(country: str, day: date, instead_of: date) -> None:
    found = special_days(country, day.year)[day]
    assert (found.kind, found.instead_of) == (DayKind.OFF, instead_of)


def test_six_days_a_week_have_the_sunday_moved() -> None:
    found = special_for(SIX_DAYS, date(2026, 3, 24), special_days("KZ", 2026))
    assert found is not None
    assert found.instead_of == date(2026, 3, 22), "22 March to 24 March, as the ministry prints it"


def test_radunitsa_is_found_as_the_library_finds_it() -> None:
    for year in (*range(2000, 2030), 2099, 2100):
        eve = belarus.radunitsa(year) - _ONE_DAY
        assert "Радуница" in special_days("BY", year)[eve + _ONE_DAY].names["ru"], year
        assert belarus.is_eve(eve)


def test_before_the_present_code_no_day_is_called_short() -> None:
    assert not russia.is_eve(date(2011, 11, 3))


@pytest.mark.parametrize(
    ("country", "day", "russian", "english"),
    [
        ("KZ", date(2026, 12, 16), "День независимости", "Independence Day"),
        ("KZ", date(2026, 3, 22), "Наурыз мейрамы", "Nowruz Holiday"),
        ("KG", date(2026, 1, 7), "Рождество Христово", "Christmas Day"),
        ("UZ", date(2026, 9, 1), "День независимости", "Independence Day"),
        ("BY", date(2026, 7, 3), "День Независимости Республики Беларусь (День Республики)",
         "Independence Day of the Republic of Belarus (Day of the Republic)"),
        ("DE", date(2026, 1, 1), "Новый год", "New Year's Day"),
    ],
)  # fmt: skip
def test_names_in_the_readers_language(country: str, day: date, russian: str, english: str) -> None:
    assert special_days(country, day.year)[day].names == {"ru": russian, "en": english}


@pytest.mark.parametrize("country", ["RU", "BY", "KZ", "KG", "UZ", "AM", "AZ", "GE", "MD", "TJ"])
def test_names_of_neighbours_are_russian_and_english(country: str) -> None:
    latin, cyrillic = set("abcdefghijklmnopqrstuvwxyz"), set("абвгдежзийклмнопрстуфхцчшщъыьэюя")
    for year in range(2024, 2029):
        for day, one in special_days(country, year).items():
            if one.names:
                assert not latin & set(one.names["ru"].lower()), (day, one.names)
                assert not cyrillic & set(one.names["en"].lower()), (day, one.names)


def test_the_last_day_of_a_year_knows_what_follows() -> None:
    assert special_days("BY", 2026)[date(2026, 12, 31)].names["ru"] == "Новый год"
