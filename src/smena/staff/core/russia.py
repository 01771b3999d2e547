"""The short days of Russia: an hour less on the eve of a holiday.

Labour Code of the Russian Federation, article 112 (which holidays) and article 95 (the working day
before one is an hour shorter). A moved working day lasts as long as the day that it replaces: the
order on the norm of working time, Ministry of Health and Social Development, 13.08.2009, 588n.
Which days are moved is decided by the Government year by year; that comes with the calendar.
"""

from datetime import date, timedelta

SINCE = 2013
"""Earlier years had other holidays."""
_HOLIDAYS = frozenset(
    {*((1, day) for day in range(1, 9)), (2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4)}
)


def is_eve(day: date) -> bool:
    """Tell whether a holiday of the Labour Code follows; a moved day off is none."""
    tomorrow = day + timedelta(days=1)
    return tomorrow.year >= SINCE and (tomorrow.month, tomorrow.day) in _HOLIDAYS
