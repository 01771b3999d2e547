"""Forms of the page: each ends in a redirect to what it changed, or shows what is wrong."""

from collections.abc import Callable, Mapping

from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect

from amocrm_emulator.account.core.kinds import CARDS
from amocrm_emulator.account.crm import Crm
from amocrm_emulator.serving.api.kit.answers import ApiRefusal, Http
from amocrm_emulator.serving.page.form_fields import BadField, FormFields
from amocrm_emulator.serving.page.forms.chat_commands import message
from amocrm_emulator.serving.page.forms.form_commands import OF_ANY_CARD, OF_LEADS, FormCommand
from amocrm_emulator.serving.page.forms.new_lead import new_lead
from amocrm_emulator.serving.page.forms.task_commands import OF_TASKS
from amocrm_emulator.serving.page.render import FormFailure
from amocrm_emulator.serving.page.sections.cards import card_page
from amocrm_emulator.serving.page.sections.work import leads_page, tasks_page
from amocrm_emulator.serving.page.visitor import LANGUAGE, WHO, actor, back
from amocrm_emulator.serving.page.words import LANGUAGES, _

YEAR_SECONDS = 365 * 86400

Answer = Response[str] | Redirect
Commands = Mapping[str, Callable[[FormCommand], None]]


@post("/page/leads")
async def add_lead(request: Http) -> Answer:
    crm, form, who = _crm(request), await form_of(request), actor(request)
    try:
        with who.acting():
            number = new_lead(crm, who.who, crm.clock.now(), form)
    except BadField as trouble:
        return leads_page(request, failure=FormFailure("lead", trouble, form.fields))
    return done(f"/leads/detail/{number}", "lead")


@post("/page/{kind:str}/{number:int}/{verb:str}")
async def act_on_card(
    request: Http, kind: FromPath[str], number: FromPath[int], verb: FromPath[str]
) -> Answer:
    """Do something to a card, or to a task from wherever it is shown."""
    form = await form_of(request)
    place = back(form.text("back") or f"/{kind}/detail/{number}")
    try:
        _act(request, kind, number, verb, form)
    except KeyError:
        raise ApiRefusal(404, _("Такой карточки нет.")) from None
    except BadField as trouble:
        failure = FormFailure(verb, trouble, form.fields)
        if kind in CARDS:
            return card_page(request, kind, number, failure=failure)
        return tasks_page(request, failure=failure)
    return done(place, verb)


@post("/page/visitor")
async def set_visitor(request: Http) -> Answer:
    """Choose whose hand acts, or the language of the page."""
    form = await form_of(request)
    answer = Redirect(back(form.text("back")), status_code=303)
    if form.text("who"):
        answer.set_cookie(WHO, form.text("who"), max_age=YEAR_SECONDS, httponly=True)
    if form.text("language") in LANGUAGES:
        answer.set_cookie(LANGUAGE, form.text("language"), max_age=YEAR_SECONDS, httponly=True)
    return answer


def _act(request: Http, kind: str, number: int, verb: str, form: FormFields) -> None:
    crm, who = _crm(request), actor(request)
    found = _commands(kind).get(verb)
    if found is None:
        raise ApiRefusal(404, _("Такого действия нет."))
    command = FormCommand(crm, who.who, crm.clock.now(), kind, number, form)
    with who.acting():
        found(command)


def _commands(kind: str) -> Commands:
    if kind == "tasks":
        return OF_TASKS
    if kind == "leads":
        return {**OF_ANY_CARD, **OF_LEADS, "message": message}
    if kind == "contacts":
        return {**OF_ANY_CARD, "message": message}
    return OF_ANY_CARD if kind in CARDS else {}


async def form_of(request: Http) -> FormFields:
    """Read a form; files in it are passed over."""
    given = await request.form()
    return FormFields({name: value for name, value in given.items() if isinstance(value, str)})


def done(place: str, code: str) -> Redirect:
    """Go to a page that says what was done."""
    path, _, query = place.partition("?")
    kept = [part for part in query.split("&") if part and not part.startswith("done=")]
    return Redirect(f"{path}?{'&'.join([*kept, f'done={code}'])}", status_code=303)


def _crm(request: Http) -> Crm:
    found: Crm = request.app.state.crm
    return found
