"""Pages for what went wrong. A stranger learns that it failed and a number to tell us, no more."""

from typing import Any

import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException

from smena.kernel.i18n import gettext as _
from smena.kernel.i18n import use
from smena.kernel.ids_and_secrets import new_secret
from smena.web.frame import language_of
from smena.web.page import is_htmx, page

_log = structlog.get_logger(__name__)

_BAD_REQUEST, _NOT_SIGNED_IN, _FORBIDDEN, _NOT_FOUND = 400, 401, 403, 404
_TOO_LARGE, _UNREADABLE, _TOO_MANY, _OURS = 413, 422, 429, 500


def http_error(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """Answer a refusal: not found, not allowed, not understood."""
    if error.status_code >= _OURS:
        return unexpected(request, error)
    return _answer(request, error.status_code, dict(error.headers or {}))


def unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Answer a defect: the details go to the log under the number that the page shows."""
    number = new_secret(6)
    _log.error("request failed", error_id=number, path=request.scope["path"], exc_info=error)
    return _answer(request, _OURS, {}, number)


def _answer(
    request: Request[Any, Any, Any], status: int, headers: dict[str, str], number: str = ""
) -> Response[Any]:
    with use(language_of(request.scope)):
        try:
            answer = _worded(request, status, number)
        except Exception:  # noqa: BLE001 -- told in the log; the reader gets the plain page
            # Whatever fails in the reader's menu must not take the page about a failure with it.
            _log.exception("error page failed")
            request.scope.get("state", {}).pop("viewer", None)
            answer = _worded(request, status, number)
    answer.headers |= headers
    return answer


def _worded(request: Request[Any, Any, Any], status: int, number: str) -> Response[Any]:
    heading, advice = _words(status)
    if "text/html" not in request.headers.get("accept", ""):
        body = {"status": status, "error": heading} | ({"id": number} if number else {})
        return Response(body, status_code=status)
    answer = page(
        request,
        "web/failure.html" if is_htmx(request) else "web/error.html",
        title=heading,
        status=status,
        heading=heading,
        advice=advice,
        number=number,
        code=status,
    )
    if is_htmx(request):
        # Never into the place that waits for a table or a drawer.
        answer.headers |= {"HX-Retarget": "#flashes", "HX-Reswap": "innerHTML"}
    return answer


def _words(status: int) -> tuple[str, str]:
    """Return what happened and what to do about it."""
    words = {
        _BAD_REQUEST: (_("Запрос не понят"), _("Проверьте адрес и повторите.")),
        _NOT_SIGNED_IN: (_("Нужно войти"), _("Войдите и откройте страницу ещё раз.")),
        _FORBIDDEN: (
            _("Нет доступа"),
            _("У вашей роли нет этого права, или страница открыта слишком давно."),
        ),
        _NOT_FOUND: (_("Страница не найдена"), _("Её нет или она относится к другому аккаунту.")),
        _TOO_LARGE: (_("Слишком большой запрос"), _("Отправьте меньше данных за один раз.")),
        _UNREADABLE: (_("Данные не приняты"), _("Вернитесь к форме и проверьте поля.")),
        _TOO_MANY: (_("Слишком часто"), _("Подождите немного и повторите.")),
        _OURS: (
            _("Ошибка на сервере"),
            _("Мы записали её. Повторите позже или сообщите администратору номер ошибки."),
        ),
    }
    return words.get(status, words[_BAD_REQUEST])
