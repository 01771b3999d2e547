"""When administrators hear that nobody has told us the moved days of the coming year."""

from datetime import date, datetime, timedelta

_DECEMBER = 12
_A_ZONE_AWAY = timedelta(hours=14)
_STILL_MOVED = 2
"""A country that has moved no days for longer than so many years may not do it any more."""


def may_be_december(now: datetime) -> bool:
    """Tell whether it is December anywhere on Earth."""
    return _DECEMBER in {(now - _A_ZONE_AWAY).month, (now + _A_ZONE_AWAY).month}


def unknown_year(today: date, known_until: int | None) -> int | None:
    """Return the coming year, if it is December and its moved days should be known but are not."""
    if today.month != _DECEMBER or known_until is None:
        return None
    is_late = today.year - _STILL_MOVED <= known_until <= today.year
    return today.year + 1 if is_late else None
