"""HTTP entry points of the people of one account; for its administrators."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from smena.access import actions, queries, words
from smena.access.guard import needs
from smena.access.model import Ability, AccessRefusal, Member, Membership, NewPerson, PersonId, Role
from smena.crm.mirror.queries import people as queries_people
from smena.crm.model.entities import UserId
from smena.kernel.i18n import gettext as _
from smena.web.page import Html, flash, page, redirect

Http = Request[Any, Any, Any]
PEOPLE = "/settings/people"
_ADMINS = [needs(Ability.MANAGE_PEOPLE)]
_NOT_ACCEPTED = 422


@get(PEOPLE, guards=_ADMINS)
async def people(request: Http) -> Html:
    return await _people_page(request)


@post(PEOPLE, guards=_ADMINS, status_code=200)
async def add(request: Http) -> Html:
    """Let somebody in; the made password is shown on this answer only and stored nowhere."""
    form = {name: str(value) for name, value in (await request.form()).items()}
    role, crm_user = _role(form), await _employee(request, form)
    new = NewPerson(
        email=form.get("email", ""),
        name=form.get("name", ""),
        role=role,
        account=queries.account_of(request),
        crm_user=crm_user,
    )
    added = await actions.add_person(request.app.state.db, new, request.app.state.clock.now())
    if isinstance(added, AccessRefusal):
        return await _people_page(request, given=form, error=words.refusal_text(added))
    return await _people_page(request, added=new.email, password=added.password or "")


@get(f"{PEOPLE}/{{person:int}}", guards=_ADMINS)
async def edit(request: Http, person: FromPath[int]) -> Html:
    member = await _member(request, PersonId(person))
    return await _people_page(request, member=member)


@post(f"{PEOPLE}/{{person:int}}", guards=_ADMINS, status_code=200)
async def change(request: Http, person: FromPath[int]) -> Html | Response[bytes]:
    form = {name: str(value) for name, value in (await request.form()).items()}
    member = await _member(request, PersonId(person))
    wanted = Membership(
        person=member.person_id,
        role=_role(form),
        crm_user=await _employee(request, form),
        is_active=form.get("is_active") == "1",
    )
    state = request.app.state
    refused = await actions.change_member(
        state.db, queries.account_of(request), wanted, state.clock.now()
    )
    if refused is not None:
        return await _people_page(request, member=member, error=words.refusal_text(refused))
    flash(request, _("Доступ изменён: {name}.").format(name=member.name))
    return redirect(PEOPLE)


@post(f"{PEOPLE}/{{person:int}}/sessions/end", guards=_ADMINS, status_code=303)
async def end_sessions(request: Http, person: FromPath[int]) -> Response[bytes]:
    member = await _member(request, PersonId(person))
    state = request.app.state
    await actions.end_sessions_of(
        state.db, queries.account_of(request), member.person_id, state.clock.now()
    )
    flash(request, _("Сеансы завершены: {name}.").format(name=member.name))
    return redirect(PEOPLE)


async def _member(request: Http, person: PersonId) -> Member:
    """Find a person of this very account; of another one there is nobody here."""
    state = request.app.state
    found = await queries.members(state.db, queries.account_of(request), state.clock.now())
    member = next((member for member in found if member.person_id == person), None)
    if member is None:
        raise NotFoundException
    return member


async def _people_page(
    request: Http,
    *,
    member: Member | None = None,
    given: dict[str, str] | None = None,
    error: str = "",
    added: str = "",
    password: str = "",
) -> Html:
    state, account = request.app.state, queries.account_of(request)
    async with state.db.tenant(account) as tx:
        users = sorted(await queries_people.users(tx), key=lambda user: user.name.casefold())
    return page(
        request,
        "settings/people.html",
        title=_("Люди"),
        status=_NOT_ACCEPTED if error else 200,
        members=await queries.members(state.db, account, state.clock.now()),
        roles=[(role.value, words.role_name(role)) for role in Role],
        role_names={role: words.role_name(role) for role in Role},
        employees=[(user.id, user.name) for user in users if user.is_active],
        employee_names={user.id: user.name for user in users},
        member=member,
        error=error,
        given=given or {},
        added=added,
        password=password,
    )


def _role(form: dict[str, str]) -> Role:
    given = form.get("role", "")
    return Role(given) if given in set(Role) else Role.EMPLOYEE


async def _employee(request: Http, form: dict[str, str]) -> UserId | None:
    """Take an employee of this account's CRM, and only of this one."""
    given = form.get("crm_user", "")
    if not given.isdecimal():
        return None
    async with request.app.state.db.tenant(queries.account_of(request)) as tx:
        known = {user.id for user in await queries_people.users(tx)}
    return UserId(int(given)) if int(given) in known else None


ROUTES = (people, add, edit, change, end_sessions)
