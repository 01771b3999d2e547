from datetime import UTC, datetime

import pytest

from smena.kernel.time_zones import country_of, offset, places

NOVEMBER = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
JULY = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "now", "expected"),
    [
        ("Europe/Moscow", NOVEMBER, "UTC+3"),
        ("Europe/Berlin", NOVEMBER, "UTC+1"),
        ("Europe/Berlin", JULY, "UTC+2"),
        ("Asia/Kolkata", NOVEMBER, "UTC+5:30"),
        ("America/St_Johns", NOVEMBER, "UTC−3:30"),
        ("Etc/UTC", NOVEMBER, "UTC"),
    ],
)
def test_how_far_from_utc(zone: str, now: datetime, expected: str) -> None:
    assert offset(zone, now) == expected


def test_places_speak_the_readers_language() -> None:
    russian, english = dict(places("ru", NOVEMBER)), dict(places("en", NOVEMBER))
    assert russian["Asia/Yekaterinburg"] == "Екатеринбург, UTC+5"
    assert english["Asia/Yekaterinburg"] == "Yekaterinburg, UTC+5"
    assert russian.keys() == english.keys()
    assert "Etc/UTC" not in russian


@pytest.mark.parametrize(
    ("zone", "country"), [("Asia/Omsk", "RU"), ("Asia/Almaty", "KZ"), ("UTC", ""), ("no", "")]
)
def test_the_country_of_a_zone(zone: str, country: str) -> None:
    assert country_of(zone) == country
