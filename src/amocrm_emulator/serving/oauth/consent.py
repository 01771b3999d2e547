"""The page on which a person lets an integration in: small, without scripts and inline styles."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from litestar import Response

from amocrm_emulator.account.oauth.core.model import OAuthIntegration

HEADERS = {
    # The answer of the form leads to the integration's own address, wherever it is.
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self';"
    " base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
KEPT = ("client_id", "state", "mode", "from_widget")
FRAME = """<!doctype html>
<html lang="ru"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="/page/static/icon.svg">
<link rel="stylesheet" href="/page/static/frame.css">
<link rel="stylesheet" href="/page/static/things.css">
</head><body class="consent"><main>{body}</main></body></html>"""
FORM = """<h1>Доступ к аккаунту</h1>
<p>Интеграция «{name}» просит доступ к данным аккаунта «{account}».</p>
<form method="post" action="/oauth">{kept}
<label>Вы входите как<select name="user">{people}</select></label>
<button class="main" name="decision" value="allow">Разрешить</button>
<button name="decision" value="deny">Отказать</button></form>
<p><small>Эмулятор amoCRM на этом компьютере: пароль не нужен.</small></p>"""
REFUSED = """<h1>Доступ не выдан</h1>
<p>Впервые установить интеграцию может только администратор аккаунта.</p>"""


def page(
    one: OAuthIntegration,
    account: str,
    people: Sequence[Mapping[str, Any]],
    query: Mapping[str, str],
) -> Response[str]:
    kept = "".join(
        f'<input type="hidden" name="{name}" value="{escape(query[name])}">'
        for name in KEPT
        if name in query
    )
    listed = "".join(_person(user) for user in people)
    body = FORM.format(name=escape(one.name), account=escape(account), kept=kept, people=listed)
    return _html(body, 200)


def refused_page() -> Response[str]:
    return _html(REFUSED, 403)


def _person(user: Mapping[str, Any]) -> str:
    role = " (администратор)" if user["is_admin"] else ""
    return f'<option value="{user["id"]}">{escape(user["name"])}{role}</option>'


def _html(body: str, status: int) -> Response[str]:
    text = FRAME.format(title="amoCRM", body=body)
    return Response(text, status_code=status, media_type="text/html", headers=HEADERS)
