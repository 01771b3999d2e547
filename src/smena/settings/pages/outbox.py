"""HTTP entry points of the queue of writes to amoCRM: look, repeat, take back, only watch."""

from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.params import FromPath

from smena.access.guard import needs
from smena.access.model import Ability
from smena.access.request import PageRequest
from smena.accounts import queries as accounts
from smena.crm.model.entities import CommandId
from smena.crm.outbox import actions, words
from smena.kernel.i18n import gettext as _
from smena.kernel.i18n import ngettext
from smena.kernel.labels import Labels
from smena.settings import outbox_forms as forms
from smena.settings import outbox_views as views
from smena.settings import words as settings_words
from smena.web.page import Html, flash, page, redirect

PATH = "/settings/outbox"
GUARDS = [needs(Ability.MANAGE_OUTBOX)]


@get(PATH, guards=GUARDS)
async def queue(request: PageRequest) -> Html:
    return await _page(request)


async def _page(request: PageRequest, batch: str | None = None) -> Html:
    """Show the queue; `batch` is what was typed and cannot be taken."""
    given = {name: request.query_params.get(name, "") for name in (*forms.FILTERS, "before")}
    wanted, bad = forms.read_filter(given)
    filtered = {name: value for name, value in given.items() if value and name in forms.FILTERS}
    now, labels = request.now, request.service(Labels)
    async with request.tenant() as tx:
        shown = await views.figures(tx, now)
        rows = await views.rows(tx, wanted, now, labels, is_dry=shown.settings.is_dry)
        dry_since = views.since(shown.settings, await accounts.account(tx))
    last = {"before": str(rows[-1].id)} if len(rows) == wanted.limit else None
    return page(
        request,
        "settings/outbox.html",
        title=_("Очередь в amoCRM"),
        status=200 if batch is None else 422,
        batch=shown.settings.batch if batch is None else batch,
        bad_batch="" if batch is None else settings_words.bad_batch(),
        shown=shown,
        rows=rows,
        dry_since=dry_since,
        given=given,
        bad=[settings_words.bad_filter(name) for name in bad],
        states=words.state_options(),
        kinds=words.kind_options(),
        is_filtered=bool(filtered),
        is_live=wanted.before is None,
        query=urlencode(filtered),
        older=f"{PATH}?{urlencode(filtered | last)}" if last else "",
    )


@post(f"{PATH}/{{number:int}}/retry", guards=GUARDS)
async def retry(request: PageRequest, number: FromPath[int]) -> Response[bytes]:
    """Try one command at once; one that ended without effect is asked for anew."""
    async with request.tenant() as tx:
        done = await actions.retry(tx, [CommandId(number)], request.now)
    if done:
        flash(request, _("Запись поставлена в очередь снова."))
    else:
        flash(request, _("Эта запись уже отправлена или заменена: повторять нечего."), "notice")
    return _back(request)


@post(f"{PATH}/{{number:int}}/cancel", guards=GUARDS)
async def cancel(request: PageRequest, number: FromPath[int]) -> Response[bytes]:
    async with request.tenant() as tx:
        done = await actions.cancel(tx, [CommandId(number)], request.now)
    if done:
        flash(request, _("Запись отменена: amoCRM останется как есть."))
    else:
        flash(request, _("Отменить уже нельзя: запись отправляется или отправлена."), "notice")
    return _back(request)


@post(f"{PATH}/cancel", guards=GUARDS)
async def cancel_all(request: PageRequest) -> Response[bytes]:
    """Take back all that has not left and matches the filter, after a confirmation."""
    form = await request.form()
    wanted, bad = forms.read_filter({name: str(form.get(name, "")) for name in forms.FILTERS})
    if bad or not form.get("confirm"):
        flash(request, _("Отметьте, что понимаете, что произойдёт."), "error")
        return _back(request)
    async with request.tenant() as tx:
        done = await actions.cancel_all(tx, wanted, request.now)
    text = ngettext("Отменена {n} запись.", "Отменены {n} записи.|Отменено {n} записей.", done)
    flash(request, text.format(n=done))
    return _back(request)


@post(f"{PATH}/watch", guards=GUARDS)
async def only_watch(request: PageRequest) -> Response[bytes]:
    async with request.tenant() as tx:
        await actions.stop_sending(tx, request.now)
    flash(request, _("Смена больше ничего не записывает в amoCRM: решения видны, но не уходят."))
    return redirect(PATH)


@post(f"{PATH}/send", guards=GUARDS)
async def send_again(request: PageRequest) -> Response[bytes]:
    form = await request.form()
    after = forms.after_dry(str(form.get("after", "")))
    async with request.tenant() as tx:
        dropped = await actions.go_on_sending(tx, after, request.now)
    text = ngettext(
        "Смена снова записывает в amoCRM. Отменена {n} запись.",
        "Смена снова записывает в amoCRM. Отменены {n} записи.|Смена снова записывает в amoCRM. "
        "Отменено {n} записей.",
        dropped,
    )
    flash(request, text.format(n=dropped) if dropped else _("Смена снова записывает в amoCRM."))
    return redirect(PATH)


@post(f"{PATH}/batch", guards=GUARDS)
async def set_batch(request: PageRequest) -> Html | Response[bytes]:
    """Set how many entities one request may carry."""
    typed = str((await request.form()).get("batch", ""))
    batch = forms.batch(typed)
    if batch is None:
        return await _page(request, typed)
    async with request.tenant() as tx:
        await actions.set_batch(tx, batch)
    flash(request, _("Сохранено: в одном запросе не больше {n}.").format(n=batch))
    return redirect(PATH)


def _back(request: PageRequest) -> Response[bytes]:
    """Return to the list as it was filtered."""
    kept = {name: value for name, value in request.query_params.items() if name in forms.FILTERS}
    return redirect(f"{PATH}?{urlencode(kept)}" if kept else PATH)


ROUTES = (queue, retry, cancel, cancel_all, only_watch, send_again, set_batch)
