"""HTTP entry points of the people of one account; for its administrators."""

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from smena.access import actions, queries, words
from smena.access.guard import needs
from smena.access.model import Ability, AccessRefusal, Member, Membership, NewPerson, PersonId, Role
from smena.access.request import PageRequest
from smena.crm.mirror.queries import people as queries_people
from smena.crm.model.entities import UserId
from smena.kernel.i18n import gettext as _
from smena.web.page import Html, flash, page, redirect

PEOPLE = "/settings/people"
_ADMINS = [needs(Ability.MANAGE_PEOPLE)]
_NOT_ACCEPTED = 422


@get(PEOPLE, guards=_ADMINS)
async def people(request: PageRequest) -> Html:
    return await _people_page(request)


@post(PEOPLE, guards=_ADMINS, status_code=200)
async def add(request: PageRequest) -> Html:
    """Let somebody in; the made password is shown on this answer only and stored nowhere."""
    form = {name: str(value) for name, value in (await request.form()).items()}
    role, crm_user = _role(form), await _employee(request, form)
    new = NewPerson(
        email=form.get("email", ""),
        name=form.get("name", ""),
        role=role,
        account=request.account,
        crm_user=crm_user,
    )
    added = await actions.add_person(request.db, new, request.now)
    if isinstance(added, AccessRefusal):
        return await _people_page(request, given=form, error=words.refusal_text(added))
    return await _people_page(request, added=new.email, password=added.password or "")


@get(f"{PEOPLE}/{{person:int}}", guards=_ADMINS)
async def edit(request: PageRequest, person: FromPath[int]) -> Html:
    member = await _member(request, PersonId(person))
    return await _people_page(request, member=member)


@post(f"{PEOPLE}/{{person:int}}", guards=_ADMINS, status_code=200)
async def change(request: PageRequest, person: FromPath[int]) -> Html | Response[bytes]:
    form = {name: str(value) for name, value in (await request.form()).items()}
    member = await _member(request, PersonId(person))
    wanted = Membership(
        person=member.person_id,
        role=_role(form),
        crm_user=await _employee(request, form),
        is_active=form.get("is_active") == "1",
    )
    refused = await actions.change_member(request.db, request.account, wanted, request.now)
    if refused is not None:
        return await _people_page(request, member=member, error=words.refusal_text(refused))
    flash(request, _("Доступ изменён: {name}.").format(name=member.name))
    return redirect(PEOPLE)


@post(f"{PEOPLE}/{{person:int}}/sessions/end", guards=_ADMINS, status_code=303)
async def end_sessions(request: PageRequest, person: FromPath[int]) -> Response[bytes]:
    member = await _member(request, PersonId(person))
    await actions.end_sessions_of(request.db, request.account, member.person_id, request.now)
    flash(request, _("Сеансы завершены: {name}.").format(name=member.name))
    return redirect(PEOPLE)


async def _member(request: PageRequest, person: PersonId) -> Member:
    """Find a person of this very account; of another one there is nobody here."""
    found = await queries.members(request.db, request.account, request.now)
    member = next((member for member in found if member.person_id == person), None)
    if member is None:
        raise NotFoundException
    return member


async def _people_page(
    request: PageRequest,
    *,
    member: Member | None = None,
    given: dict[str, str] | None = None,
    error: str = "",
    added: str = "",
    password: str = "",
) -> Html:
    account = request.account
    async with request.db.tenant(account) as tx:
        users = sorted(await queries_people.users(tx), key=lambda user: user.name.casefold())
    return page(
        request,
        "settings/people.html",
        title=_("Люди"),
        status=_NOT_ACCEPTED if error else 200,
        members=await queries.members(request.db, account, request.now),
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


async def _employee(request: PageRequest, form: dict[str, str]) -> UserId | None:
    """Take an employee of this account's CRM, and only of this one."""
    given = form.get("crm_user", "")
    if not given.isdecimal():
        return None
    async with request.tenant() as tx:
        known = {user.id for user in await queries_people.users(tx)}
    return UserId(int(given)) if int(given) in known else None


ROUTES = (people, add, edit, change, end_sessions)
