"""Templates into answers: escaping, translation, moments and sums as people write them."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import Response

from amocrm_emulator.account.crm import Crm
from amocrm_emulator.account.spec import ROBOT
from amocrm_emulator.serving.api.kit.answers import Http
from amocrm_emulator.serving.page.form_fields import BadField
from amocrm_emulator.serving.page.status import EmulatorStatus
from amocrm_emulator.serving.page.visitor import LANGUAGE, actor
from amocrm_emulator.serving.page.words import DONE, _, language, say, speaking

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
UNPROCESSABLE = 422
NBSP = "\u00a0"
_MINUTE, _HOUR, _DAY = 60, 3600, 86400

Html = Response[str]


@dataclass(frozen=True, slots=True)
class FormFailure:
    """A form that could not be taken: which one, what is wrong, what a person wrote in it."""

    form: str
    trouble: BadField
    fields: Mapping[str, str]


def page(
    request: Http,
    template: str,
    *,
    status: int = 200,
    failure: FormFailure | None = None,
    **context: Any,
) -> Html:
    """Render a whole page for whoever asks."""
    with speaking(request.cookies.get(LANGUAGE, "")):
        shown = _around(request) | _of_failure(failure) | context
        text = templates().get_template(template).render(shown)
    found = UNPROCESSABLE if failure else status
    return Response(text, status_code=found, media_type="text/html", headers=HEADERS)


def _around(request: Http) -> dict[str, Any]:
    """Return what every page shows, and how names and moments of this account are written."""
    crm: Crm = request.app.state.crm
    return _shown(crm) | {
        "crm": crm,
        "actor": actor(request),
        "status": EmulatorStatus.of(request),
        "here": _here(request),
        "path": request.scope["path"],
        "done": DONE.get(request.query_params.get("done", "")),
        "language": language(),
    }


def _of_failure(failure: FormFailure | None) -> dict[str, Any]:
    given: defaultdict[str, str] = defaultdict(str, failure.fields if failure else {})
    return {
        "failed": failure.form if failure else "",
        "trouble": failure.trouble if failure else None,
        "given": given,
    }


def _here(request: Http) -> str:
    """Return the page's own address without what was only said once."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "done"]
    query = f"?{urlencode(kept)}" if kept else ""
    return f"{request.scope['path']}{query}"


@cache
def templates() -> Environment:
    made = Environment(
        loader=PackageLoader(__package__, "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals["_"] = say
    made.filters |= {"money": money, "number": number}
    return made


def _shown(crm: Crm) -> dict[str, Any]:
    """Return how names and moments of this account are written."""
    now = crm.clock.now()

    def moment(at: float | None) -> str:
        if at is None:
            return "—"
        told, today = (datetime.fromtimestamp(one, crm.account.zone) for one in (at, now))
        short = told.strftime("%H:%M")
        return short if told.date() == today.date() else told.strftime(f"%d.%m{NBSP}{short}")

    def full(at: float | None) -> str:
        return (
            ""
            if at is None
            else datetime.fromtimestamp(at, crm.account.zone).strftime("%d.%m.%Y %T")
        )

    def age(at: int) -> str:
        return span(now - at)

    def person(user: int | None) -> str:
        if user == ROBOT or user is None:
            return say(_("робот"))
        return str(crm.people.users.get(user, {}).get("name", user))

    return {"moment": moment, "full": full, "age": age, "person": person, "now": now, "span": span}


def span(seconds: int) -> str:
    """Write a length of time in its largest unit."""
    passed = max(seconds, 0)
    for size, text in (
        (_DAY, say(_("{n} дн"))),
        (_HOUR, say(_("{n} ч"))),
        (_MINUTE, say(_("{n} мин"))),
    ):
        if passed >= size:
            return text.format(n=passed // size).replace(" ", NBSP)
    return say(_("{n} с"), n=passed).replace(" ", NBSP)


def number(value: int) -> str:
    return f"{value:,}".replace(",", NBSP)


def money(value: int | None) -> str:
    return f"{number(value)}{NBSP}₽" if value else "—"
