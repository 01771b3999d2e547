"""Who calls: the user on whose behalf a request acts, and through which integration."""

from dataclasses import dataclass

from amocrm_emulator.account.crm import Crm
from amocrm_emulator.serving.api.kit.answers import ApiRefusal, Http


@dataclass(frozen=True, slots=True)
class Caller:
    """The user on whose behalf a request acts, and the integration, None for a plain token."""

    crm: Crm
    user: int
    client: str | None = None

    @property
    def is_admin(self) -> bool:
        return bool(self.crm.people.users[self.user]["is_admin"])


def caller(request: Http, *, admin: bool = False) -> Caller:
    """Return who calls; refuse unknown tokens, and those who are no administrators if asked."""
    crm: Crm = request.app.state.crm
    who = crm.oauth.identify(token_of(request))
    if who is None or crm.oauth.has_left(request.headers.get("host", "")):
        raise ApiRefusal(401, "Неверный логин или пароль")
    named = request.headers.get("x-context-user-id")
    user = who.user if named is None else _on_behalf(crm, who.user, named)
    found = Caller(crm, user, who.client)
    if admin and not found.is_admin:
        raise ApiRefusal(403, "Недостаточно прав")
    return found


def _on_behalf(crm: Crm, user: int, named: str) -> int:
    """Return the user an administrator's token acts for."""
    number = int(named) if named.isascii() and named.isdigit() else 0
    if not crm.people.users[user]["is_admin"] or not crm.people.users.get(number, {}).get(
        "is_active"
    ):
        raise ApiRefusal(403, "X-Context-User-ID names a user that this token cannot act for")
    return number


def token_of(request: Http) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
