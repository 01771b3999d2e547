"""How the account stands that a viewer looks at: activated or not, connected or not.

A module that is switched off has no pages, only a word about it.
Until an account is activated its pages show what is missing instead of personal data; settings stay
open, for the connection and the people are set up there. A broken connection is told on every page.
"""

from typing import Any

from litestar import Response

from smena.access import modules, queries, words
from smena.access.core.policy import may
from smena.access.model import Ability, Viewer
from smena.access.request import PageRequest
from smena.accounts import queries as accounts
from smena.accounts.model import AccountStanding, AccountState
from smena.crm.outbox import queries as outbox_queries
from smena.kernel.db import Database
from smena.kernel.i18n import gettext as _
from smena.kernel.i18n import use
from smena.kernel.reasons import reason_text
from smena.web import notices
from smena.web.frame import language_of, speak_of_account
from smena.web.notices import Notice
from smena.web.page import is_htmx, page

ACTIVATION = "/settings/activation"
CONNECTION = "/settings/connection"
OUTBOX = "/settings/outbox"
_ALWAYS_OPEN = ("/settings", "/accounts", "/account", "/sign-out", "/preferences", "/static/")
_FORBIDDEN = 403


async def account_gate(request: PageRequest, viewer: Viewer) -> Response[Any] | None:
    """Leave the account's lines for the page; return a page instead of it before activation."""
    if viewer.account is None:
        return None
    db: Database = request.db
    async with db.tenant(viewer.account) as tx:
        standing = await accounts.standing(tx)
        is_dry = (await outbox_queries.outbox_settings(tx)).is_dry
    _frame(request, viewer, standing)
    with use(language_of(request.scope)):
        return await _gate(request, viewer, standing, is_dry=is_dry)


async def frame(request: PageRequest, viewer: Viewer) -> None:
    """Leave what the menu has to know of the account, for a page that was never reached."""
    if viewer.account is not None:
        async with request.db.tenant(viewer.account) as tx:
            _frame(request, viewer, await accounts.standing(tx))


def _frame(request: PageRequest, viewer: Viewer, standing: AccountStanding) -> None:
    if viewer.places > 1:
        notices.name_account(request.scope, standing.name)
    speak_of_account(request.scope, standing.language)
    request.scope.setdefault("state", {})["modules_off"] = standing.modules_off


async def is_open(request: PageRequest, viewer: Viewer) -> bool:
    """Tell whether the module of a page that is being watched has not been switched off since."""
    module = modules.of_path(request.scope["path"])
    if viewer.account is None or module is None:
        return True
    async with request.db.tenant(viewer.account) as tx:
        return module not in (await accounts.standing(tx)).modules_off


async def _gate(
    request: PageRequest, viewer: Viewer, standing: AccountStanding, *, is_dry: bool
) -> Response[Any] | None:
    db: Database = request.db
    path = request.scope["path"]
    if standing.is_activated or path == "/" or path.startswith(_ALWAYS_OPEN):
        lines = await _lines(db, viewer, standing, path)
        if is_dry and path != OUTBOX:
            lines.append(_watching(viewer))
        for source in request.app.state.notice_sources:
            lines += await source(request)
        notices.put(request.scope, *lines)
        off = modules.of_path(path)
        return await modules.instead(request, viewer, off) if off in standing.modules_off else None
    return await _instead(request, viewer, standing)


async def _lines(
    db: Database, viewer: Viewer, standing: AccountStanding, path: str
) -> list[Notice]:
    """Say what is wrong; the form of activation speaks for itself."""
    found = []
    if not standing.is_activated and path != ACTIVATION:
        found.append(await _activation(db, viewer))
    if standing.state is AccountState.SIGN_IN_AGAIN:
        found.append(await _connection(db, viewer, standing))
    elif standing.reason and may(viewer, Ability.CONNECT_ACCOUNT):
        text = _("Токен amoCRM больше не продлевается: {reason}. Пока всё работает.").format(
            reason=reason_text(standing.reason)
        )
        found.append(Notice(text, "stale", _("Подключить снова"), CONNECTION))
    return found


def _watching(viewer: Viewer) -> Notice:
    text = _("Режим «только смотреть»: Смена решает, но ничего не записывает в amoCRM.")
    if may(viewer, Ability.MANAGE_OUTBOX):
        return Notice(text, "stale", _("Открыть очередь"), OUTBOX)
    return Notice(text)


async def _activation(db: Database, viewer: Viewer) -> Notice:
    if may(viewer, Ability.ACTIVATE_ACCOUNT):
        text = _("Аккаунт не активирован: нет согласия на обработку данных и контакта.")
        return Notice(text, "stale", _("Заполнить"), ACTIVATION)
    text = _("Аккаунт не активирован. Это может сделать администратор: {names}.")
    return Notice(text.format(names=await _admins(db, viewer)))


async def _connection(db: Database, viewer: Viewer, standing: AccountStanding) -> Notice:
    if may(viewer, Ability.CONNECT_ACCOUNT):
        text = _("Нужно подключить amoCRM снова: {reason}. Новые данные не приходят.")
        shown = text.format(reason=reason_text(standing.reason) or _("доступ потерян"))
        return Notice(shown, "error", _("Подключить снова"), f"{CONNECTION}#ways")
    text = _("Связь с amoCRM потеряна, данные не обновляются. Подключить её снова может: {names}.")
    return Notice(text.format(names=await _admins(db, viewer)), "error")


async def _admins(db: Database, viewer: Viewer) -> str:
    """Name whom to ask."""
    assert viewer.account is not None
    return words.names(await queries.admins(db, viewer.account))


async def _instead(
    request: PageRequest, viewer: Viewer, standing: AccountStanding
) -> Response[Any]:
    """Explain what is missing, and to whom it matters; machines get a plain refusal."""
    if "text/html" not in request.headers.get("accept", "") and not is_htmx(request):
        return Response({"status": 403, "error": "activate the account"}, status_code=_FORBIDDEN)
    may_do = may(viewer, Ability.ACTIVATE_ACCOUNT)
    answer = page(
        request,
        "access/not_activated.html",
        title=_("Осталось активировать аккаунт"),
        status=_FORBIDDEN if is_htmx(request) else 200,
        account=standing.name,
        is_first=standing.version is None,
        may_do=may_do,
        form=ACTIVATION,
        admins="" if may_do else await _admins(request.db, viewer),
    )
    if is_htmx(request):
        answer.headers["HX-Redirect"] = ACTIVATION if may_do else "/"
    return answer
