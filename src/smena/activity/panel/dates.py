"""Which day is asked for, and whether it still goes on."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from smena.accounts.model import Account
from smena.activity.panel.days import Panel

_YEARS = range(2000, 2101)
_DATE_LENGTH = 10


def today_in(account: Account, now: datetime) -> date:
    return now.astimezone(ZoneInfo(account.time_zone)).date()


def read_day(given: str, today: date) -> date | None:
    """Read `2026-11-20`; nothing given is today, None is what cannot be read."""
    if not given:
        return today
    if len(given) != _DATE_LENGTH:
        return None
    try:
        found = date.fromisoformat(given)
    except ValueError:
        return None
    return found if found.year in _YEARS else None


def is_this_day(panel: Panel) -> bool:
    """Say whether the day may still change by itself: today, or a night that has not ended."""
    return panel.day == panel.today or (
        panel.day < panel.today and panel.now.timestamp() < panel.ends_at
    )
