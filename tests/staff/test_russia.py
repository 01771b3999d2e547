"""Article 112 of the Labour Code: which days are eves, whatever a calendar moves."""

from datetime import date

import pytest

from smena.staff.core.russia import is_eve

HOLIDAYS_2026 = [
    *(date(2026, 1, day) for day in range(1, 9)),
    date(2026, 2, 23),
    date(2026, 3, 8),
    date(2026, 5, 1),
    date(2026, 5, 9),
    date(2026, 6, 12),
    date(2026, 11, 4),
]


def test_the_eves_of_a_year_are_the_days_before_its_holidays() -> None:
    first = date(2025, 12, 31).toordinal()
    eves = [day for n in range(365) if is_eve(day := date.fromordinal(first + n))]
    assert [date.fromordinal(day.toordinal() + 1) for day in eves] == HOLIDAYS_2026


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        pytest.param(date(2012, 12, 31), True, id="before the first year we know"),
        pytest.param(date(2012, 11, 3), False, id="other holidays then"),
        pytest.param(date(2024, 2, 22), True, id="of a leap year"),
        pytest.param(date(2026, 1, 8), False, id="a day after the last of January's"),
        pytest.param(date(2026, 12, 30), False, id="New Year's Eve is no holiday of the Code"),
    ],
)
def test_is_eve(day: date, *, expected: bool) -> None:
    assert is_eve(day) is expected
