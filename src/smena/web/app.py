"""The factory of the web application: everything that all pages share is put together here."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from litestar import Litestar, Request
from litestar.config.allowed_hosts import AllowedHostsConfig
from litestar.config.csrf import CSRFConfig
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.types import ControllerRouterHandler, Middleware, Scope
from pydantic import SecretStr

from smena.kernel.clock import Clock
from smena.kernel.crypto import Vault
from smena.kernel.db import Database
from smena.kernel.errors import BadSetting
from smena.kernel.health import Check, Refresh, database_check
from smena.kernel.i18n import gettext as _
from smena.web import errors, flashes, frame, operations, preferences, static, vendor
from smena.web.cookies import Jar
from smena.web.live import Streams
from smena.web.nav import NavEntry
from smena.web.notices import NoticeSource
from smena.web.templates import environment

BODY_MAX_BYTES = 1024 * 1024
_NO_FORMS_HERE = ["^/hooks/", "^/static/", "^/healthz$", "^/metrics$"]

ReAuthenticate = Callable[[Exception, Scope], Awaitable[None]]
"""Finds the reader of an error page, where nothing behind the address has."""


class WebSettings(Protocol):
    """The settings of the installation that pages depend on."""

    @property
    def public_url(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def metrics_token(self) -> SecretStr | None: ...


@dataclass(frozen=True, slots=True)
class Kit:
    """What the layout needs to know of the rest of the system."""

    language: str
    nav: Sequence[NavEntry] = ()
    menu: str | None = None
    """Template of the reader's own menu, from the context that knows who signs in."""


def create_app(
    routes: Sequence[ControllerRouterHandler],
    *,
    db: Database,
    clock: Clock,
    settings: WebSettings,
    vault: Vault,
    services: Mapping[str, object] | None = None,
    nav: Sequence[NavEntry] = (),
    menu: str | None = None,
    notice_sources: Sequence[NoticeSource] = (),
    middleware: Sequence[Middleware] = (),
    re_authenticate: ReAuthenticate | None = None,
    request_class: type[Request[Any, Any, Any]] = Request,
    allowed_hosts: Sequence[str] = (),
    checks: Mapping[str, Check] | None = None,
    gauges: Sequence[Refresh] = (),
) -> Litestar:
    """Make the application.

    `middleware`, `menu`, `re_authenticate` and `request_class` come from access: who may pass, who
    is here, who reads an error page, and what a page is asked with.
    """
    _be_sure_of_vendor()
    environment()
    jar = Jar.of(settings.public_url)
    state = State(
        {
            "db": db,
            "clock": clock,
            "settings": settings,
            "vault": vault,
            "services": dict(services or {}),
            "jar": jar,
            "kit": Kit(settings.language, tuple(nav), menu),
            "notice_sources": tuple(notice_sources),
            "streams": Streams(),
            "gauges": tuple(gauges),
            "checks": dict(checks or {"database": database_check(db)}),
        },
        deep_copy=False,
    )
    return Litestar(
        [static.serve, preferences.save, operations.healthz, operations.prometheus, *routes],
        state=state,
        request_class=request_class,
        middleware=[frame.Frame, *middleware],
        csrf_config=_csrf(vault, jar),
        allowed_hosts=AllowedHostsConfig(list(allowed_hosts)) if allowed_hosts else None,
        after_exception=[re_authenticate] if re_authenticate is not None else [],
        before_send=[frame.headers, flashes.carry],
        exception_handlers=_exception_handlers(),
        request_max_body_size=BODY_MAX_BYTES,
        openapi_config=None,
        logging_config=None,
    )


def _be_sure_of_vendor() -> None:
    missing = [name for name in vendor.names() if not (vendor.FOLDER / name).is_file()]
    if missing:
        text = _("Нет файлов страниц ({files}): выполните python -m smena.web.vendor")
        raise BadSetting(text.format(files=", ".join(missing)))


def _csrf(vault: Vault, jar: Jar) -> CSRFConfig:
    return CSRFConfig(
        secret=vault.sign("csrf"),
        cookie_name=jar.name("csrf"),
        cookie_secure=jar.is_secure,
        cookie_httponly=True,
        cookie_samesite="lax",
        header_name="x-csrf-token",
        exclude=_NO_FORMS_HERE,
    )


def _exception_handlers() -> dict[int | type[Exception], Any]:
    return {HTTPException: errors.http_error, Exception: errors.unexpected}
