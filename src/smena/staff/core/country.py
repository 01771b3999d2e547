"""Whose holidays an account has until somebody chooses."""

from urllib.parse import urlsplit

from smena.kernel.time_zones import country_of

NO_HOLIDAYS = ""
RUSSIA = "RU"
BELARUS = "BY"
KAZAKHSTAN = "KZ"
_RUSSIAN_HOST = "amocrm.ru"


def usual_country(base_url: str, crm_time_zone: str) -> str:
    """Return the country in which the CRM's clock stands, else Russia for an account of amoCRM.

    The CRM's own zone counts: a chosen one must not bring the holidays of another country.
    """
    found = country_of(crm_time_zone)
    if found:
        return found
    host = urlsplit(base_url).hostname or ""
    is_russian = host == _RUSSIAN_HOST or host.endswith(f".{_RUSSIAN_HOST}")
    return RUSSIA if is_russian else NO_HOLIDAYS
