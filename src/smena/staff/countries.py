"""Special days of countries, as the library `holidays` knows them, in our words.

What it lacks for Russia, the short days, is added from `core/russia`. Holidays of single regions
are left out: an account has no region.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import holidays
from holidays.registry import EntityLoader

from smena.staff.core import russia
from smena.staff.core.country import NO_HOLIDAYS, RUSSIA
from smena.staff.model import DayKind, SpecialDay

YEARS = range(2000, 2101)
_LANGUAGES = {"ru": ("ru",), "en": ("en_US", "en_GB", "en")}
_ONE_DAY = timedelta(days=1)
_WEEKEND_FROM = 5
_YEARS_KEPT = 200


@lru_cache(maxsize=1)
def known() -> frozenset[str]:
    """Return the codes of all countries with a calendar."""
    # By the register: the list of the library itself would load 250 calendars.
    return frozenset(EntityLoader.get_country_codes(include_aliases=False))


@lru_cache(maxsize=_YEARS_KEPT)
def special_days(country: str, year: int) -> Mapping[date, SpecialDay]:
    """Return the dates of a year that differ from a usual week; nothing for an unknown country."""
    if country not in known() or year not in YEARS:
        return MappingProxyType({})
    found = {language: _calendar(country, year, language) for language in _LANGUAGES}
    calendar = found["ru"]
    moved = _moved(calendar)
    days: dict[date, SpecialDay] = {}
    for day in calendar:
        if day in moved:
            days[day] = SpecialDay(DayKind.OFF, instead_of=moved[day])
        else:
            names = {language: str(one.get(day)) for language, one in found.items()}
            days[day] = SpecialDay(DayKind.OFF, names)
    replaced = {given: taken for taken, given in moved.items()}
    for day in calendar.weekend_workdays:
        if day.year == year and day not in calendar:
            taken = replaced.get(day)
            is_short = country == RUSSIA and taken is not None and russia.is_eve(taken)
            days[day] = SpecialDay(DayKind.WORKING, instead_of=taken, is_short=is_short)
    if country == RUSSIA:
        days |= _short_days(year, days)
    return MappingProxyType(days)


@lru_cache(maxsize=_YEARS_KEPT)
def moves_known_until(country: str) -> int | None:
    """Return the last year whose moved days are known; None where days are not moved by decree."""
    if country == NO_HOLIDAYS or country not in known():
        return None
    calendar = holidays.country_holidays(country, expand=False)
    return max((given.year for given in _moved(calendar)), default=None)


def _calendar(country: str, year: int, language: str) -> Any:
    """Return a calendar with names in the reader's language, else in the country's own."""
    supported = holidays.country_holidays(country, expand=False).supported_languages
    chosen = next((one for one in _LANGUAGES[language] if one in supported), None)
    if chosen is None and supported:
        chosen = holidays.country_holidays(country, expand=False).default_language
    return holidays.country_holidays(country, years=[year], language=chosen, expand=False)


def _moved(calendar: Any) -> dict[date, date]:
    """Return which day off stands for which: `{taken: given up}`.

    The library keeps them by year as `(month, day, from_month, from_day[, from_year])`, one tuple
    or several; tuples that end with a name are holidays of their own.
    """
    found: dict[date, date] = {}
    for year, entries in getattr(calendar, "special_public_holidays", {}).items():
        for entry in entries if isinstance(entries[0], tuple) else (entries,):
            if all(isinstance(part, int) for part in entry):
                month, day, from_month, from_day, *from_year = entry
                given = date(from_year[0] if from_year else year, from_month, from_day)
                found[date(year, month, day)] = given
    return found


def _short_days(year: int, days: Mapping[date, SpecialDay]) -> dict[date, SpecialDay]:
    """Return the eves of Russian holidays that are usual working days, as calendars print them."""
    eves = (date(year, 1, 1) + _ONE_DAY * number for number in range(366))
    return {
        eve: SpecialDay(DayKind.SHORT, _names_of(eve + _ONE_DAY, days))
        for eve in eves
        if eve.year == year
        and eve.weekday() < _WEEKEND_FROM
        and eve not in days
        and russia.is_eve(eve)
    }


def _names_of(day: date, days: Mapping[date, SpecialDay]) -> Mapping[str, str]:
    return days[day].names if day in days else {}
