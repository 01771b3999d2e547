"""What an account may choose otherwise: its time zone and its language (CORE-6)."""

from zoneinfo import available_timezones

from smena.accounts.model import Choices, Misfit
from smena.kernel.i18n import LANGUAGES


def check(time_zone: str, language: str) -> Choices | dict[str, Misfit]:
    """Return what was chosen, or what is wrong by the name of the field; empty texts follow."""
    zone = time_zone.strip()
    flaws: dict[str, Misfit] = {}
    if zone and zone not in available_timezones():
        flaws["time_zone"] = Misfit.NO_SUCH_ZONE
    if language and language not in LANGUAGES:
        flaws["language"] = Misfit.NO_SUCH_LANGUAGE
    return flaws or Choices(zone or None, language or None)
