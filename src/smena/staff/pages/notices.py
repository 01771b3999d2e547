"""What administrators have to hear of the production calendar, whatever page they open."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Request

from smena.access import queries as access
from smena.access.core.policy import may
from smena.access.model import Ability
from smena.accounts import queries as accounts
from smena.kernel.i18n import gettext as _
from smena.staff import calendar_words, queries
from smena.staff.core.next_year import may_be_december, unknown_year
from smena.staff.pages.calendar import CALENDAR
from smena.web.notices import Notice

Http = Request[Any, Any, Any]


async def unknown_moved_days(request: Http) -> Sequence[Notice]:
    """Say in December that the moved days of the next year are not known yet."""
    now = request.app.state.clock.now()
    viewer = access.viewer(request)
    # Eleven months of twelve nothing is asked.
    if not may_be_december(now) or not may(viewer, Ability.EDIT_WORK_HOURS):
        return ()
    async with request.app.state.db.tenant(access.account_of(request)) as tx:
        zone = ZoneInfo((await accounts.account(tx)).time_zone)
        until = queries.moves_known_until(await queries.country(tx))
    year = unknown_year(now.astimezone(zone).date(), until)
    if year is None:
        return ()
    text, address = calendar_words.unknown_coming_year(year), f"{CALENDAR}?year={year}"
    return (Notice(text, "stale", _("Открыть календарь"), address),)
