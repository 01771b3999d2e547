"""The front page of the settings: the one that its reader most likely wants."""

from litestar import Response, get

from smena.access.core.policy import may
from smena.access.model import Ability
from smena.access.pages import SESSIONS
from smena.access.request import PageRequest
from smena.settings.pages.people import PEOPLE
from smena.web.page import redirect


@get("/settings", sync_to_thread=False)
def settings(request: PageRequest) -> Response[bytes]:
    is_admin = may(request.viewer, Ability.MANAGE_PEOPLE)
    return redirect(PEOPLE if is_admin else SESSIONS)


ROUTES = (settings,)
