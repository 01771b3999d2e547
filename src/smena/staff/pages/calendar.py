"""HTTP entry points of the production calendar: a year, its country, the company's own days."""

from zoneinfo import ZoneInfo

from babel import Locale
from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from smena.access.model import Ability
from smena.access.pages import needs
from smena.access.request import PageRequest
from smena.accounts import queries as accounts
from smena.kernel.collation import name_key
from smena.kernel.i18n import gettext as _
from smena.kernel.i18n import language
from smena.staff import actions, calendar_view, calendar_words, queries, words
from smena.staff.core.own_day import YEARS, DayFault, GivenDay, read_date
from smena.staff.model import OwnDay
from smena.web.page import Html, flash, page, redirect

CALENDAR = "/settings/calendar"
_ADMINS = [needs(Ability.EDIT_WORK_HOURS)]
_NOT_ACCEPTED = 422
_YEAR_LENGTH = 4
_TEXT_MAX = 1000


@get(CALENDAR, guards=_ADMINS)
async def show(request: PageRequest) -> Html:
    return await _page(request)


@post(f"{CALENDAR}/country", guards=_ADMINS, status_code=200)
async def choose_country(request: PageRequest) -> Html | Response[bytes]:
    chosen = str((await request.form()).get("country", ""))[:_TEXT_MAX]
    async with request.tenant() as tx:
        is_known = await actions.choose_country(tx, chosen, request.now)
    if not is_known:
        return await _page(request, error=_("Календаря этой страны нет: выберите из списка."))
    flash(request, _("Страна календаря сохранена."))
    return redirect(CALENDAR)


@post(f"{CALENDAR}/days", guards=_ADMINS, status_code=200)
async def set_day(request: PageRequest) -> Html | Response[bytes]:
    form = await request.form()
    day, kind, note = (str(form.get(name, ""))[:_TEXT_MAX] for name in ("day", "kind", "note"))
    given = GivenDay(day, kind, note)
    async with request.tenant() as tx:
        found = await actions.set_day(tx, given, request.now)
    if not isinstance(found, OwnDay):
        return await _page(request, given=given, faults=found)
    flash(request, _("День записан в календарь."))
    return redirect(f"{CALENDAR}?year={found.day.year}")


@post(f"{CALENDAR}/days/{{day:str}}/remove", guards=_ADMINS, status_code=303)
async def remove_day(request: PageRequest, day: FromPath[str]) -> Response[bytes]:
    found = read_date(day)
    if found is None:
        raise NotFoundException(_("Такого дня нет."))
    async with request.tenant() as tx:
        if not await actions.remove_day(tx, found):
            raise NotFoundException(_("Такого дня нет."))
    flash(request, _("День снова такой, как в календаре страны."))
    return redirect(f"{CALENDAR}?year={found.year}")


async def _page(
    request: PageRequest,
    given: GivenDay | None = None,
    faults: dict[str, DayFault] | None = None,
    error: str = "",
) -> Html:
    async with request.tenant() as tx:
        account = await accounts.account(tx)
        today = request.now.astimezone(ZoneInfo(account.time_zone)).date()
        year = _year(request, today.year)
        found = await queries.year(tx, year)
    return page(
        request,
        "staff/calendar.html",
        title=_("Производственный календарь"),
        status=_NOT_ACCEPTED if faults or error else 200,
        year=year,
        years=YEARS,
        today=today,
        weekdays=list(zip(words.short_weekdays(), words.weekdays(), strict=True)),
        months=calendar_view.months(year, found.special, found.usual),
        lines=calendar_view.lines(found.special),
        country=found.country,
        countries=_countries(),
        known=calendar_words.knowledge(found, year, today.year),
        given=given or GivenDay(kind="off"),
        kinds=words.kinds(),
        errors={name: words.fault_text(fault) for name, fault in (faults or {}).items()},
        country_error=error,
    )


def _year(request: PageRequest, otherwise: int) -> int:
    """Return the year asked for; what cannot be shown is the present one."""
    given = request.query_params.get("year", "")
    if not given.isascii() or not given.isdecimal() or len(given) != _YEAR_LENGTH:
        return otherwise
    return int(given) if int(given) in YEARS else otherwise


def _countries() -> list[tuple[str, str]]:
    """Return the countries by name, before them a life without holidays."""
    names = Locale.parse(language()).territories
    known = [(code, str(names.get(code, code))) for code in queries.known_countries()]
    return [("", _("без праздников")), *sorted(known, key=lambda pair: name_key(pair[1]))]


ROUTES = (show, choose_country, set_day, remove_day)
