"""Special days of countries, as the library `holidays` knows them, in our words.

What it lacks, the short days, is added from `core/eves`. Holidays of single regions are left out:
an account has no region.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import holidays
from holidays.registry import EntityLoader

from smena.staff.core import eves
from smena.staff.core.country import NO_HOLIDAYS
from smena.staff.core.moved_holidays import holidays_behind, in_a_row
from smena.staff.core.russian_names import in_russian
from smena.staff.model import DayKind, SpecialDay

YEARS = range(2000, 2101)
_RUSSIAN, _ENGLISH = ("ru", "ru_KG"), ("en_US", "en_GB", "en")
_ONE_DAY = timedelta(days=1)
_YEARS_KEPT = 200


@lru_cache(maxsize=1)
def known() -> frozenset[str]:
    """Return the codes of all countries with a calendar."""
    # By the register: the list of the library itself would load 250 calendars.
    return frozenset(EntityLoader.get_country_codes(include_aliases=False))


@lru_cache(maxsize=_YEARS_KEPT)
def special_days(country: str, year: int) -> Mapping[date, SpecialDay]:
    """Return the dates of a year that may differ from a usual week, and for whom is told by it.

    Nothing for an unknown country.
    """
    if country not in known() or year not in YEARS:
        return MappingProxyType({})
    calendar = _calendar(country, year, _ENGLISH)
    names = _names(country, year, calendar)
    days = _days_off(country, year, calendar, names) | _working_days(country, year, calendar)
    for eve in _eves(country, year):
        before = names.get(eve + _ONE_DAY, {})
        found = days.get(eve)
        if found is None:
            days[eve] = SpecialDay(DayKind.SHORT, before)
        elif found.instead_of is not None:
            days[eve] = replace(found, names=before, is_eve=True)
    return MappingProxyType(days)


@lru_cache(maxsize=_YEARS_KEPT)
def moves_known_until(country: str) -> int | None:
    """Return the last year whose moved days are known; None where days are not moved by decree."""
    if country == NO_HOLIDAYS or country not in known():
        return None
    calendar = holidays.country_holidays(country, expand=False)
    return max((given.year for given in _moved(calendar)), default=None)


def _calendar(country: str, year: int, languages: tuple[str, ...], *, observed: bool = True) -> Any:
    """Return a year and the next one, whose first day has an eve; in one of the languages if known.

    Without one the country's own language is spoken.
    """
    known_ones = holidays.country_holidays(country, expand=False).supported_languages
    chosen = next((one for one in languages if one in known_ones), None)
    years = [year, year + 1]
    return holidays.country_holidays(
        country, years=years, language=chosen, expand=False, observed=observed
    )


def _names(country: str, year: int, english: Any) -> dict[date, Mapping[str, str]]:
    """Return what each day off is called, by language."""
    if any(one in english.supported_languages for one in _RUSSIAN):
        russian = dict(_calendar(country, year, _RUSSIAN))
    else:
        russian = {day: in_russian(country, name) for day, name in english.items()}
    return {day: {"ru": russian.get(day, name), "en": name} for day, name in english.items()}


def _days_off(
    country: str, year: int, calendar: Any, names: Mapping[date, Mapping[str, str]]
) -> dict[date, SpecialDay]:
    """Return holidays by their names, and moved days off by the date that they were moved from."""
    moved = _moved(calendar)
    kept = _calendar(country, year, _ENGLISH, observed=False)
    given = {day: name for day, name in calendar.items() if day not in kept}
    behind = holidays_behind(given, kept, calendar.weekend)
    rows = in_a_row(behind)
    days: dict[date, SpecialDay] = {}
    for day in calendar:
        if day.year != year:
            continue
        if day in moved:
            days[day] = SpecialDay(DayKind.OFF, instead_of=moved[day])
        elif day in behind:
            days[day] = SpecialDay(DayKind.OFF, instead_of=behind[day], owed_for=rows[day])
        else:
            days[day] = SpecialDay(DayKind.OFF, names[day])
    return days


def _working_days(country: str, year: int, calendar: Any) -> dict[date, SpecialDay]:
    """Return the days off that are worked, as short as the day that each replaces was to be."""
    replaced = {given: taken for taken, given in _moved(calendar).items()}
    days: dict[date, SpecialDay] = {}
    for day in calendar.weekend_workdays:
        if day.year == year and day not in calendar:
            taken = replaced.get(day)
            is_short = taken is not None and eves.is_eve(country, taken)
            days[day] = SpecialDay(DayKind.WORKING, instead_of=taken, is_short=is_short)
    return days


def _eves(country: str, year: int) -> list[date]:
    dates = (date(year, 1, 1) + _ONE_DAY * number for number in range(366))
    return [day for day in dates if day.year == year and eves.is_eve(country, day)]


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
