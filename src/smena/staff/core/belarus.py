"""The short days of Belarus: an hour less on the eve of a holiday.

Labour Code of the Republic of Belarus, article 147 (which holidays are days off) and article 116
(the working day before one is an hour shorter). Orthodox and Catholic Easter are Sundays and no
holidays of that list. A moved working day is as short as the day that it replaces: so counts the
Ministry of Labour in the yearly norm of hours.
"""

from datetime import date, timedelta

_HOLIDAYS = frozenset({(1, 1), (1, 7), (3, 8), (5, 1), (5, 9), (7, 3), (11, 7), (12, 25)})
_SECOND_OF_JANUARY_SINCE = 2020
_RADUNITSA_AFTER_EASTER = timedelta(days=9)
_LAG_FROM_2100 = 2100
"""Both calendars are 13 days apart until then, a day more for the hundred years after it."""


def is_eve(day: date) -> bool:
    """Tell whether a holiday of the Labour Code follows; a moved day off is none."""
    tomorrow = day + timedelta(days=1)
    if (tomorrow.month, tomorrow.day) == (1, 2):
        return tomorrow.year >= _SECOND_OF_JANUARY_SINCE
    fixed = (tomorrow.month, tomorrow.day) in _HOLIDAYS
    return fixed or tomorrow == radunitsa(tomorrow.year)


def radunitsa(year: int) -> date:
    """Return the day of rejoicing: the second Tuesday after Orthodox Easter (Meeus)."""
    moon = (19 * (year % 19) + 15) % 30
    weekday = (2 * (year % 4) + 4 * (year % 7) - moon + 34) % 7
    month, day = divmod(moon + weekday + 114, 31)
    lag = timedelta(days=14 if year >= _LAG_FROM_2100 else 13)
    return date(year, month, day + 1) + lag + _RADUNITSA_AFTER_EASTER
