"""The front page of the settings: the one that its reader most likely wants."""

from typing import Any

from litestar import Request, Response, get

from smena.access import queries
from smena.access.core.policy import may
from smena.access.model import Ability
from smena.access.pages import SESSIONS
from smena.settings.pages.people import PEOPLE
from smena.web.page import redirect

Http = Request[Any, Any, Any]


@get("/settings", sync_to_thread=False)
def settings(request: Http) -> Response[bytes]:
    is_admin = may(queries.viewer(request), Ability.MANAGE_PEOPLE)
    return redirect(PEOPLE if is_admin else SESSIONS)


ROUTES = (settings,)
