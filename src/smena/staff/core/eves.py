"""Where the law makes the working day before a holiday shorter, and which days these are.

Kazakhstan's Labour Code of 2015 knows no such days: its yearly norm is eight hours for each day.
"""

from collections.abc import Callable, Mapping
from datetime import date

from smena.staff.core import belarus, russia
from smena.staff.core.country import BELARUS, KAZAKHSTAN, NO_HOLIDAYS, RUSSIA
from smena.staff.model import ShortDays

_EVES: Mapping[str, Callable[[date], bool]] = {
    RUSSIA: russia.is_eve,
    BELARUS: belarus.is_eve,
}
_WITHOUT = frozenset({NO_HOLIDAYS, KAZAKHSTAN})


def is_eve(country: str, day: date) -> bool:
    """Tell whether the law of a country makes this date an hour shorter."""
    found = _EVES.get(country)
    return found is not None and found(day)


def short_days(country: str) -> ShortDays:
    """Return what is known of the short days of a country."""
    if country in _EVES:
        return ShortDays.BY_LAW
    return ShortDays.NONE if country in _WITHOUT else ShortDays.UNKNOWN
