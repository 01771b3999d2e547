"""How one browser wants the pages: theme and language, kept in cookies of that browser."""

from datetime import timedelta
from typing import Any

from litestar import Request, Response, post

from smena.kernel.i18n import LANGUAGES
from smena.web.page import redirect
from smena.web.paths import local_path

THEMES = ("auto", "light", "dark")
_KEPT = timedelta(days=365)


@post("/preferences", opt={"open": True}, status_code=303)
async def save(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Remember the theme or the language that was chosen and go back."""
    form = await request.form()
    jar = request.app.state.jar
    cookies = [
        jar.preference(name, chosen, keep=_KEPT)
        for name, allowed in (("theme", THEMES), ("language", LANGUAGES))
        if (chosen := str(form.get(name, ""))) in allowed
    ]
    return redirect(local_path(form.get("next")), cookies=tuple(cookies))
