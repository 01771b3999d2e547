"""Which pages belong to which module, and what stands there when an account does without it."""

from typing import Any

from litestar import Response

from smena.access import queries, words
from smena.access.core.policy import may
from smena.access.model import Ability, Viewer
from smena.access.request import PageRequest
from smena.accounts.model import Module
from smena.web.page import is_htmx, page

PATHS = {Module.ACTIVITY: "/activity", Module.DISTRIBUTION: "/distribution"}
SETTINGS = "/settings"
_SWITCHES = f"{SETTINGS}/account/modules"
_FORBIDDEN = 403


def of_path(path: str) -> Module | None:
    """Return the module that a page belongs to, None for the pages of the system itself."""
    return next(
        (one for one, root in PATHS.items() if path == root or path.startswith(f"{root}/")), None
    )


def first_page(request: PageRequest) -> str:
    """Return where work begins for the viewer: the first thing that is on and open to them."""
    viewer, off = request.viewer, queries.modules_off(request)
    if Module.ACTIVITY not in off:
        return PATHS[Module.ACTIVITY]
    if Module.DISTRIBUTION not in off and may(viewer, Ability.SEE_RESULTS):
        return PATHS[Module.DISTRIBUTION]
    return SETTINGS


async def instead(request: PageRequest, viewer: Viewer, module: Module) -> Response[Any]:
    """Say that the module is off, and to whom it matters where it is switched on."""
    if "text/html" not in request.headers.get("accept", "") and not is_htmx(request):
        return Response({"status": 403, "error": "switched off"}, status_code=_FORBIDDEN)
    may_do = may(viewer, Ability.EDIT_ACCOUNT)
    admins = []
    if not may_do and viewer.account is not None:
        admins = await queries.admins(request.db, viewer.account)
    answer = page(
        request,
        "access/module_off.html",
        title=words.module_name(module),
        status=_FORBIDDEN if is_htmx(request) else 200,
        address=f"{_SWITCHES}/{module.value}" if may_do else "",
        admins=words.names(admins),
    )
    if is_htmx(request):
        answer.headers["HX-Redirect"] = PATHS[module]
    return answer
