"""HTTP entry points of distribution (DIS-9 and the template of DIS-1 to DIS-3)."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from smena.access.core.policy import may
from smena.access.guard import needs
from smena.access.model import Ability
from smena.access.request import PageRequest
from smena.accounts import queries as accounts
from smena.crm.mirror.queries import people
from smena.crm.outbox import queries as outbox_queries
from smena.distribution import actions, forms, queries, views, words
from smena.distribution.model import (
    ResultFilter,
    ResultId,
    Template,
    TemplateDraft,
    TemplateId,
    TemplateRefusal,
)
from smena.kernel.db import Tx
from smena.kernel.i18n import gettext as _
from smena.web.page import Html, flash, page, redirect

RESULTS = "/distribution/results"
TEMPLATES = "/distribution/templates"


@get("/distribution", sync_to_thread=False)
def index() -> Response[bytes]:
    return redirect(RESULTS)


@get(RESULTS, guards=[needs(Ability.SEE_RESULTS)])
async def results(request: PageRequest) -> Html:
    async with request.tenant() as tx:
        context = await _results(request, tx, result=None)
    return page(request, "distribution/results.html", title=_("Распределение"), **context)


@get(f"{RESULTS}/{{number:int}}", guards=[needs(Ability.SEE_RESULTS)])
async def one_result(request: PageRequest, number: FromPath[int]) -> Html:
    """Show the steps of one decision: in the drawer, or beside the table without scripts."""
    async with request.tenant() as tx:
        is_possible = number <= forms.NUMBER_MAX
        found = await queries.result(tx, ResultId(number)) if is_possible else None
        if found is None:
            raise NotFoundException(_("Такого результата нет."))
        account = await accounts.account(tx)
        users = {user.id: user for user in await people.users(tx)}
        is_dry = (await outbox_queries.outbox_settings(tx)).is_dry
        shown = views.result_row(found, account, request.now, is_dry=is_dry)
        context = await _results(request, tx, result=shown)
    context |= {
        "lines": words.lines(found, users),
        "balances": words.balances(found, users),
        "why": words.why(found, users),
    }
    return page(request, "distribution/results.html", title=_("Распределение"), **context)


async def _results(request: PageRequest, tx: Tx, result: views.ResultRow | None) -> dict[str, Any]:
    """Gather the table: filter, rows, the address of earlier ones."""
    account = await accounts.account(tx)
    now: datetime = request.now
    given = dict(request.query_params)
    wanted, bad = forms.read_filter(given, ZoneInfo(account.time_zone))
    found = await queries.results(tx, wanted)
    is_dry = (await outbox_queries.outbox_settings(tx)).is_dry
    templates = await queries.templates(tx)
    filtered = {k: v for k, v in given.items() if v and k in forms.FILTERS}
    return {
        "results": [views.result_row(one, account, now, is_dry=is_dry) for one in found],
        "result": result,
        "given": {name: given.get(name, "") for name in forms.FILTERS},
        "bad": [words.bad_filter(name) for name in bad],
        "people": views.people_options(await people.users(tx)),
        "states": views.state_options(),
        "is_filtered": bool(filtered),
        "has_template": any(template.is_enabled for template in templates),
        "is_live": wanted.before is None,
        "may_edit": may(request.viewer, Ability.EDIT_TEMPLATES),
        "address": f"{RESULTS}?{urlencode(filtered)}",
        "older": _older(wanted, filtered, [one.id for one in found]),
    }


def _older(wanted: ResultFilter, filtered: dict[str, str], ids: list[ResultId]) -> str:
    if len(ids) < wanted.limit:
        return ""
    return f"{RESULTS}?{urlencode(filtered | {'before': str(ids[-1])})}"


@get(TEMPLATES, guards=[needs(Ability.EDIT_TEMPLATES)])
async def templates(request: PageRequest) -> Html:
    async with request.tenant() as tx:
        rows = views.template_rows(
            await queries.templates(tx), await people.pipelines(tx), await people.users(tx)
        )
    return page(
        request,
        "distribution/templates.html",
        title=_("Шаблоны распределения"),
        templates=rows,
        may_edit=True,
    )


@get(f"{TEMPLATES}/new", guards=[needs(Ability.EDIT_TEMPLATES)])
async def new_template(request: PageRequest) -> Html:
    return await _form(request, None, None, None)


@get(f"{TEMPLATES}/{{number:int}}", guards=[needs(Ability.EDIT_TEMPLATES)])
async def edit_template(request: PageRequest, number: FromPath[int]) -> Html:
    async with request.tenant() as tx:
        found = await queries.template(tx, TemplateId(number))
    if found is None:
        raise NotFoundException(_("Такого шаблона нет."))
    return await _form(request, found, None, None)


@post(f"{TEMPLATES}/new", guards=[needs(Ability.EDIT_TEMPLATES)])
async def add_template(request: PageRequest) -> Response[bytes]:
    return await _save(request, None)


@post(f"{TEMPLATES}/{{number:int}}", guards=[needs(Ability.EDIT_TEMPLATES)])
async def change_template(request: PageRequest, number: FromPath[int]) -> Response[bytes]:
    async with request.tenant() as tx:
        found = await queries.template(tx, TemplateId(number))
    if found is None:
        raise NotFoundException(_("Такого шаблона нет."))
    return await _save(request, found)


async def _save(request: PageRequest, template: Template | None) -> Response[bytes]:
    form = await request.form()
    draft = forms.read_draft(form)
    known = (template.id, forms.read_version(form)) if template else None
    saved = await actions.save_template(request.db, request.account, draft, known, request.now)
    if isinstance(saved, TemplateRefusal):
        return await _form(request, template, draft, saved)
    flash(request, _("Шаблон сохранён."))
    return redirect(f"{TEMPLATES}/{saved}")


async def _form(
    request: PageRequest,
    template: Template | None,
    draft: TemplateDraft | None,
    refusal: TemplateRefusal | None,
) -> Html:
    async with request.tenant() as tx:
        users, pipelines = await people.users(tx), await people.pipelines(tx)
        outlook = await queries.outlook(tx, template.id) if template else None
        groups = await people.groups(tx)
    shown = draft or views.draft_of(template, pipelines)
    known = {user.id: user for user in users}
    return page(
        request,
        "distribution/template.html",
        title=template.name if template else _("Новый шаблон"),
        status=422 if refusal else 200,
        address=f"{TEMPLATES}/{template.id if template else 'new'}",
        version=template.version if template else 0,
        draft=shown,
        errors=views.errors_of(refusal),
        groups=views.choices(groups, users, shown.users),
        pipelines=views.pipeline_options(pipelines),
        outlook=views.outlook_view(outlook, known) if outlook else None,
    )


ROUTES = (
    index,
    results,
    one_result,
    templates,
    new_template,
    edit_template,
    add_template,
    change_template,
)
