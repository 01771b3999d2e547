"""Time zones as people call them: a city in the reader's language and how far it is from UTC."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from babel.core import get_global
from babel.dates import get_timezone_location

from smena.kernel.collation import name_key

NOWHERE = "ZZ"


class Place(NamedTuple):
    """A zone to choose: `Asia/Yekaterinburg`, `Екатеринбург, UTC+5`."""

    zone: str
    label: str


def places(language: str, now: datetime) -> Sequence[Place]:
    """Return the zones that lie in a country, by the names of their cities."""
    return [Place(zone, f"{city}, {offset(zone, now)}") for zone, city in _cities(language)]


def offset(zone: str, now: datetime) -> str:
    """Return how far clocks are from UTC at a moment: `UTC+5`, `UTC−3:30`, `UTC`."""
    ahead = now.astimezone(ZoneInfo(zone)).utcoffset() or timedelta(0)
    hours, minutes = divmod(abs(int(ahead.total_seconds())) // 60, 60)
    if not hours and not minutes:
        return "UTC"
    sign = "+" if ahead > timedelta(0) else "−"
    return f"UTC{sign}{hours}" + (f":{minutes:02}" if minutes else "")


def country_of(zone: str) -> str:
    """Return the country that a zone lies in (`RU`), "" for UTC and the like."""
    found = str(get_global("zone_territories").get(zone, NOWHERE))
    return "" if found == NOWHERE else found


@cache
def _cities(language: str) -> Sequence[tuple[str, str]]:
    known = available_timezones()
    found = [
        (zone, str(get_timezone_location(zone, locale=language, return_city=True)))
        for zone in get_global("zone_territories")
        if zone in known and country_of(zone)
    ]
    return sorted(found, key=lambda pair: name_key(pair[1]))
