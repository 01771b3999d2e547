"""HTTP entry points of working hours."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from smena.access.model import Ability
from smena.access.pages import needs
from smena.access.request import PageRequest
from smena.accounts import queries as accounts
from smena.crm.mirror.queries import people as queries_people
from smena.crm.model.entities import User, UserId
from smena.kernel.collation import by_name
from smena.kernel.db import Tx
from smena.kernel.i18n import gettext as _
from smena.staff import actions, forms, queries, words
from smena.staff.forms import WeekForm
from smena.web.page import Html, flash, page, redirect

HOURS = "/settings/hours"


@get(HOURS, guards=[needs(Ability.EDIT_WORK_HOURS)])
async def show_hours(request: PageRequest) -> Html:
    async with request.tenant() as tx:
        context = await _overview(tx)
    return page(request, "staff/hours.html", title=_("Рабочее время"), **context)


@get(f"{HOURS}/default", guards=[needs(Ability.EDIT_WORK_HOURS)])
async def edit_default(request: PageRequest) -> Html:
    async with request.tenant() as tx:
        known = await queries.hours(tx)
    return _form(request, forms.show(known.default), None)


@post(f"{HOURS}/default", guards=[needs(Ability.EDIT_WORK_HOURS)], status_code=200)
async def save_default(request: PageRequest) -> Html | Response[bytes]:
    form = forms.read(_texts(await request.form()))
    if form.value is None:
        return _form(request, form, None)
    async with request.tenant() as tx:
        await actions.set_default(tx, form.value, request.now)
    flash(request, _("Общие часы сохранены."))
    return redirect(f"{HOURS}/default" if form.ends_before_midnight else HOURS)


@get(f"{HOURS}/{{user:int}}", guards=[needs(Ability.EDIT_WORK_HOURS)])
async def edit_own(request: PageRequest, user: FromPath[int]) -> Html:
    async with request.tenant() as tx:
        person = await _person(tx, user)
        known = await queries.hours(tx)
    return _form(request, forms.show(known.of(person.id)), person)


@post(f"{HOURS}/{{user:int}}", guards=[needs(Ability.EDIT_WORK_HOURS)], status_code=200)
async def save_own(request: PageRequest, user: FromPath[int]) -> Html | Response[bytes]:
    given = _texts(await request.form())
    async with request.tenant() as tx:
        person = await _person(tx, user)
        form = forms.read(given)
        if "clear" in given:
            await actions.clear_hours(tx, person.id)
        elif form.value is None:
            return _form(request, form, person)
        else:
            await actions.set_hours(tx, person.id, form.value, request.now)
    flash(request, _("Часы сохранены: {name}.").format(name=person.name))
    is_asked = form.ends_before_midnight and "clear" not in given
    return redirect(f"{HOURS}/{person.id}" if is_asked else HOURS)


async def _overview(tx: Tx) -> dict[str, Any]:
    known = await queries.hours(tx)
    people = by_name(user for user in await queries_people.users(tx) if user.is_active)
    return {
        "default": words.lines(known.default),
        "zone": (await accounts.account(tx)).time_zone,
        "own": [
            (user, words.lines(known.own[user.id]), known.own[user.id])
            for user in people
            if user.id in known.own
        ],
        "others": [user for user in people if user.id not in known.own],
    }


async def _person(tx: Tx, user: int) -> User:
    found = next((one for one in await queries_people.users(tx) if one.id == UserId(user)), None)
    if found is None:
        raise NotFoundException(_("Такого сотрудника нет."))
    return found


def _form(request: PageRequest, form: WeekForm, person: User | None) -> Html:
    return page(
        request,
        "staff/week.html",
        title=person.name if person else _("Общие часы"),
        status=422 if form.errors else 200,
        form=form,
        person=person,
        action=f"{HOURS}/{person.id if person else 'default'}",
        weekdays=words.weekdays(),
        zones=sorted(available_timezones()),
    )


def _texts(given: Mapping[str, object]) -> dict[str, str]:
    return {name: value for name, value in given.items() if isinstance(value, str)}


ROUTES = (show_hours, edit_default, save_default, edit_own, save_own)
