"""Calendars of countries against what governments have printed."""

from datetime import date

import pytest

from smena.staff.core.country import usual_country
from smena.staff.core.own_day import DayFault, GivenDay, check
from smena.staff.core.special import for_week
from smena.staff.countries import known, moves_known_until, special_days
from smena.staff.model import OFFICE_HOURS, DayKind, OwnDay


def of_kind(country: str, year: int, kind: DayKind) -> list[str]:
    """Return the dates of a kind as those live them who work from Monday to Friday."""
    found = special_days(country, year)
    lived = ((day, for_week(OFFICE_HOURS.week, day, one)) for day, one in sorted(found.items()))
    return [f"{day:%d.%m}" for day, one in lived if one and one.kind is kind]


@pytest.mark.parametrize(
    ("year", "working", "short", "moved"),
    [
        pytest.param(
            2024, ["27.04", "02.11", "28.12"], ["22.02", "07.03", "08.05", "11.06"],
            ["29.04", "30.04", "10.05", "30.12", "31.12"], id="2024, decree 1314",
        ),
        pytest.param(
            2025, ["01.11"], ["07.03", "30.04", "11.06"],
            ["02.05", "08.05", "13.06", "03.11", "31.12"], id="2025, decree 1335",
        ),
        pytest.param(
            2026, [], ["30.04", "08.05", "11.06", "03.11"], ["09.01", "31.12"],
            id="2026, decree 1466",
        ),
    ],
)  # fmt: skip
def test_russia(year: int, working: list[str], short: list[str], moved: list[str]) -> None:
    assert of_kind("RU", year, DayKind.WORKING) == working
    assert of_kind("RU", year, DayKind.SHORT) == short
    by_decree = [f"{day:%d.%m}" for day, one in sorted(special_days("RU", year).items())
                 if one.kind is DayKind.OFF and one.instead_of and not one.owed_for]  # fmt: skip
    assert by_decree == moved


def test_a_moved_working_day_is_as_short_as_the_one_it_replaces() -> None:
    found = special_days("RU", 2025)[date(2025, 11, 1)]
    assert (found.instead_of, found.is_short) == (date(2025, 11, 3), True)
    assert not special_days("RU", 2024)[date(2024, 12, 28)].is_short


def test_holidays_have_names_in_both_languages() -> None:
    found = special_days("RU", 2026)[date(2026, 11, 4)]
    assert found.kind is DayKind.OFF
    assert found.names == {"ru": "День народного единства", "en": "Unity Day"}
    eve = special_days("RU", 2026)[date(2026, 11, 3)]
    assert eve.names["ru"] == "День народного единства", "what stands before"


def test_other_countries() -> None:
    assert date(2026, 10, 3) in special_days("DE", 2026)
    assert of_kind("DE", 2026, DayKind.SHORT) == []
    assert special_days("BY", 2026)[date(2026, 4, 25)].instead_of == date(2026, 4, 20)
    assert special_days("", 2026) == {}
    assert special_days("XX", 2026) == {}


def test_how_far_moved_days_are_known() -> None:
    until = moves_known_until("RU")
    assert until is not None
    assert until >= 2027
    assert of_kind("RU", until + 1, DayKind.WORKING) == []
    assert of_kind("RU", until + 1, DayKind.OFF)[:8] == [f"0{day}.01" for day in range(1, 9)]
    assert moves_known_until("BR") is None
    assert moves_known_until("") is None


def test_every_country_has_a_year() -> None:
    assert {"RU", "KZ", "BY", "UZ", "AM", "KG", "BR", "US", "ES"} <= known()


@pytest.mark.parametrize(
    ("address", "zone", "expected"),
    [
        ("https://okna.amocrm.ru", "Europe/Moscow", "RU"),
        ("https://okna.amocrm.ru", "Asia/Almaty", "KZ"),
        ("https://okna.amocrm.ru", "UTC", "RU"),
        ("https://acme.kommo.com", "America/Sao_Paulo", "BR"),
        ("https://acme.kommo.com", "UTC", ""),
        ("https://amocrm.ru.example.com", "UTC", ""),
        ("http://127.0.0.1:8701", "Asia/Yekaterinburg", "RU"),
    ],
)
def test_the_usual_country(address: str, zone: str, expected: str) -> None:
    assert usual_country(address, zone) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            GivenDay(" 2026-12-30 ", "off", "  День  рождения "),
            OwnDay(date(2026, 12, 30), DayKind.OFF, "День рождения"),
        ),
        (GivenDay("2026-02-30", "off"), {"day": DayFault.NO_DATE}),
        (GivenDay("20261230", "off"), {"day": DayFault.NO_DATE}),
        (GivenDay("0001-01-01", "off"), {"day": DayFault.FAR_AWAY}),
        (
            GivenDay("", "часть", "я" * 101),
            {"day": DayFault.NO_DATE, "kind": DayFault.NO_KIND, "note": DayFault.LONG_NOTE},
        ),
    ],
)
def test_a_day_of_ones_own(given: GivenDay, expected: object) -> None:
    assert check(given) == expected
