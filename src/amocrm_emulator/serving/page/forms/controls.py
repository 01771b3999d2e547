"""Forms that turn the emulator itself: hooks, integrations, faults, limits, the clock."""

from urllib.parse import urlsplit

from litestar import post
from litestar.params import FromPath

from amocrm_emulator.account.crm import Crm
from amocrm_emulator.account.oauth.authority import NewIntegration
from amocrm_emulator.serving.api.control.integrations import tell
from amocrm_emulator.serving.api.kit.answers import ApiRefusal, Http
from amocrm_emulator.serving.api.kit.limiter import PER_SECOND
from amocrm_emulator.serving.hooks.faults import HookFaults
from amocrm_emulator.serving.oauth.endpoints import host_of
from amocrm_emulator.serving.page.form_fields import BadField, FormFields
from amocrm_emulator.serving.page.forms import fault_presets
from amocrm_emulator.serving.page.forms.card_forms import Answer, done, form_of
from amocrm_emulator.serving.page.forms.form_commands import person_of
from amocrm_emulator.serving.page.render import FormFailure
from amocrm_emulator.serving.page.sections import webhook_list
from amocrm_emulator.serving.page.sections.machines import integrations_page
from amocrm_emulator.serving.page.status import movable
from amocrm_emulator.serving.page.visitor import back
from amocrm_emulator.serving.page.words import _

DAYS_MAX = 5 * 366
FARTHEST_SECONDS = 366 * 86400
NONE = "none"
OF_HOOKS = {
    "drop": HookFaults(drop=0.3),
    "duplicate": HookFaults(duplicate=0.5),
    "reorder": HookFaults(reorder=0.5),
    NONE: HookFaults(),
}


@post("/page/hooks/{number:int}/{verb:str}")
async def act_on_hook(request: Http, number: FromPath[int], verb: FromPath[str]) -> Answer:
    acts = {"hook_on": webhook_list.switch_on, "hook_off": webhook_list.remove}
    if verb not in acts:
        raise ApiRefusal(404, _("Такого действия нет."))
    acts[verb](request.app.state.crm, number)
    return done("/webhooks", verb)


@post("/page/hooks/now")
async def send_now(request: Http) -> Answer:
    webhook_list.send_now(request.app.state.crm)
    return done("/webhooks", "hook_now")


@post("/page/integrations")
async def add_integration(request: Http) -> Answer:
    crm: Crm = request.app.state.crm
    form = await form_of(request)
    try:
        new = NewIntegration(
            form.needed("name", _("Назовите интеграцию.")),
            _address("redirect_uri", form.needed("redirect_uri", _("Укажите redirect_uri."))),
            _address("disable_url", form.text("disable_url")),
        )
    except BadField as wrong:
        return _failed(request, form, wrong, "integration")
    crm.oauth.create(new)
    return done("/integrations", "integration")


@post("/page/integrations/{client_id:str}/token")
async def make_token(request: Http, client_id: FromPath[str]) -> Answer:
    """Make a long-lived token and show it this once, as the platform does."""
    crm: Crm = request.app.state.crm
    form, one = await form_of(request), crm.oauth.registry.integration(client_id)
    if one is None:
        raise ApiRefusal(404, _("Такой интеграции нет."))
    try:
        days = form.within("days", 1, DAYS_MAX, _("Срок токена — от 1 дня до 5 лет."))
        token = crm.oauth.long_lived(one, person_of(crm, form), days, host_of(request))
    except BadField as wrong:
        return _failed(request, form, wrong, client_id)
    return integrations_page(request, fresh=(one, token))


@post("/page/integrations/{client_id:str}/disable")
async def disable(request: Http, client_id: FromPath[str]) -> Answer:
    crm: Crm = request.app.state.crm
    one = crm.oauth.registry.integration(client_id)
    if one is None:
        raise ApiRefusal(404, _("Такой интеграции нет."))
    await tell(crm.oauth.disable(one))
    return done("/integrations", "disabled")


@post("/page/faults")
async def set_faults(request: Http) -> Answer:
    """Choose what happens to webhooks, or which trouble the API has, or let all go well."""
    crm: Crm = request.app.state.crm
    form = await form_of(request)
    hooks, api = form.text("hooks"), form.text("api")
    parts = fault_presets.RunningParts.of(request)
    if hooks in OF_HOOKS:
        parts.sender.set_faults(OF_HOOKS[hooks])
    elif api == NONE:
        fault_presets.end(parts)
    elif not fault_presets.start(api, parts, crm.clock.exact()):
        raise ApiRefusal(404, _("Такого действия нет."))
    return done(back(form.text("back")), "faults")


@post("/page/limits")
async def set_limits(request: Http) -> Answer:
    """Lift the limits, or put the platform's own in force."""
    form = await form_of(request)
    request.app.state.limiter.per_second = PER_SECOND if form.text("on") else None
    return done(back(form.text("back")), "limits")


@post("/page/clock")
async def move_clock(request: Http) -> Answer:
    """Move a clock that is set by hand."""
    form = await form_of(request)
    clock = movable(request.app.state.crm.clock)
    seconds = form.number("advance") or 0
    if clock is None or not 0 < seconds <= FARTHEST_SECONDS:
        raise ApiRefusal(409, _("Эти часы не переводятся рукой или не так далеко."))
    clock.advance(seconds)
    return done(back(form.text("back")), "clock")


def _address(name: str, given: str) -> str:
    try:
        is_good = not given or urlsplit(given).scheme in {"http", "https"}
    except ValueError:
        is_good = False
    if not is_good:
        raise BadField(_("{name}: адрес начинается с http:// или https://."), name=name)
    return given


def _failed(request: Http, form: FormFields, wrong: BadField, name: str) -> Answer:
    return integrations_page(request, failure=FormFailure(name, wrong, form.fields))
