"""What surrounds every answer: the reader's language and the headers that keep a page to itself."""

from time import perf_counter

from litestar.datastructures import MutableScopeHeaders
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from smena.kernel import metrics
from smena.kernel.i18n import LANGUAGES, use

# Nothing inline, nothing from elsewhere: text of the CRM cannot become code
# (reliability.md section 3.1).
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "img-src 'self' data:; object-src 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
HTTPS_ONLY = "max-age=31536000"
_LANGUAGE = "smena_language"


async def headers(message: Message, scope: Scope) -> None:
    """Add the security headers to every answer, error pages included."""
    if message["type"] != "http.response.start":
        return
    found = MutableScopeHeaders.from_message(message)
    for name, value in HEADERS.items():
        found.setdefault(name, value)
    if scope["litestar_app"].state.jar.is_secure:
        found.setdefault("Strict-Transport-Security", HTTPS_ONLY)


class Frame:
    """Middleware: speak the reader's language from here on, and count the time of pages."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = perf_counter()

        async def sent(message: Message) -> None:
            # The beginning of the answer: a live stream lasts for hours and is not slow.
            if message["type"] == "http.response.start":
                path = str(scope.get("path_template", ""))
                metrics.PAGES.labels(path).observe(perf_counter() - begun)
            await send(message)

        with use(language_of(scope)):
            await self.app(scope, receive, sent)


def language_of(scope: Scope) -> str:
    """Return the language of the reader's cookie, else the account's, else the installation's."""
    app = scope["litestar_app"]
    chosen = app.request_class(scope).cookies.get("language", "")
    if chosen in LANGUAGES:
        return str(chosen)
    return str((scope.get("state") or {}).get(_LANGUAGE) or app.state.kit.language)


def speak_of_account(scope: Scope, language: str | None) -> None:
    """Note the language of the account that is looked at, before anything is put in words."""
    if language in LANGUAGES:
        scope.setdefault("state", {})[_LANGUAGE] = language
