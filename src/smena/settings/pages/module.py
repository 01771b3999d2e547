"""Switching a module on or off: what follows is said before, done after a second press."""

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from smena.access import words
from smena.access.guard import needs
from smena.access.model import Ability
from smena.access.request import PageRequest
from smena.accounts import actions as accounts
from smena.accounts import queries as accounts_queries
from smena.accounts.model import Module
from smena.kernel.i18n import gettext as _
from smena.settings import words as settings_words
from smena.settings.pages.account import ACCOUNT
from smena.web.page import Html, flash, page, redirect

_ADMINS = [needs(Ability.EDIT_ACCOUNT)]
_PAGE = f"{ACCOUNT}/modules/{{name:str}}"


@get(_PAGE, guards=_ADMINS)
async def ask(request: PageRequest, name: FromPath[str]) -> Html:
    """Tell what switching changes before it is done."""
    module = _module(name)
    async with request.tenant() as tx:
        found = await accounts_queries.switch(tx, module)
    shown = words.module_name(module)
    title = _("Выключить «{module}»?") if found.is_on else _("Включить «{module}»?")
    return page(
        request,
        "settings/module.html",
        title=title.format(module=shown),
        address=f"{ACCOUNT}/modules/{module.value}",
        is_on=found.is_on,
        follows=settings_words.what_follows(module, is_on=not found.is_on),
    )


@post(_PAGE, guards=_ADMINS, status_code=303)
async def switch(request: PageRequest, name: FromPath[str]) -> Response[bytes]:
    module = _module(name)
    is_on = (await request.form()).get("is_on") == "1"
    async with request.tenant() as tx:
        await accounts.switch(tx, module, request.now, is_on=is_on)
    text = _("Включено: {module}.") if is_on else _("Выключено: {module}.")
    flash(request, text.format(module=words.module_name(module)))
    return redirect(ACCOUNT)


def _module(name: str) -> Module:
    if name not in set(Module):
        raise NotFoundException(_("Такого модуля нет."))
    return Module(name)


ROUTES = (ask, switch)
