from datetime import date

from smena.staff.calendar_view import lines, months
from smena.staff.countries import special_days
from smena.staff.model import OFFICE_HOURS, DayKind, SpecialDay

RUSSIA = special_days("RU", 2026)


def test_holidays_in_a_row_are_one_line() -> None:
    told = [(line.name, line.text) for line in lines(RUSSIA)]
    assert told[:4] == [
        ("1 января – 6 января", "праздник: Новогодние каникулы"),
        ("ср, 7 января", "праздник: Рождество Христово"),
        ("чт, 8 января", "праздник: Новогодние каникулы"),
        ("пт, 9 января", "выходной: перенос с 3 января"),
    ]


def test_the_companys_own_days_stay_single_so_that_each_can_be_taken_back() -> None:
    own = SpecialDay(DayKind.OFF, note="")
    found = lines({date(2026, 11, 19): own, date(2026, 11, 20): own})
    assert [(line.day.day, line.is_own) for line in found] == [(19, True), (20, True)]


def test_a_month_has_whole_weeks() -> None:
    november = months(2026, RUSSIA, OFFICE_HOURS.week)[10]
    assert november.name == "Ноябрь"
    assert [len(week) for week in november.weeks] == [7] * 6
    kinds = {cell.day.day: cell.kind for week in november.weeks for cell in week if cell}
    assert [kinds[day] for day in (1, 2, 3, 4, 5)] == ["rest", "", "short", "off", ""]
    short_saturday = months(2025, special_days("RU", 2025), OFFICE_HOURS.week)[10].weeks[0][5]
    assert short_saturday is not None
    assert short_saturday.kind == "working short"
