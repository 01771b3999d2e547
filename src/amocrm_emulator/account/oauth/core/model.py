"""The words of OAuth: integrations, what is issued to them, how long it lives, refusals."""

from dataclasses import dataclass, field
from typing import Any

ACCESS_SECONDS = 24 * 3600
REFRESH_SECONDS = 92 * 24 * 3600
CODE_SECONDS = 20 * 60
AMOCRM, KOMMO = 1, 2
DOMAINS = {AMOCRM: "amocrm.ru", KOMMO: "kommo.com"}

REVOKED = "Token has been revoked"
PROBLEM_TYPE = "https://developers.amocrm.ru/v3/errors/OAuthProblemJson"


@dataclass(frozen=True, slots=True)
class OAuthIntegration:
    """`is_installed`: an administrator has granted access and nobody has withdrawn it since."""

    client_id: str
    secret: str
    name: str
    redirect_uri: str
    disable_url: str = ""
    is_installed: bool = False


@dataclass(frozen=True, slots=True)
class IssuedGrant:
    """A code or a refresh token as it lies in the account's file."""

    client_id: str
    user: int
    issued_at: int
    is_spent: bool


@dataclass(frozen=True, slots=True)
class TokenIdentity:
    """Whom a token acts for; `client` is the integration, None for tokens of no integration."""

    user: int
    client: str | None = None


@dataclass(slots=True)
class OAuthRules:
    """What is set for a running emulator: lifetimes, the cloud, unconfirmed behaviour.

    `keeps_hooks`: whether webhooks outlive the integration that made them. `old_host_status`:
    what the token endpoint answers at the host that the account has left. `public_host`: how the
    emulator is reached from outside; empty: as it was asked.
    """

    access_seconds: int = ACCESS_SECONDS
    refresh_seconds: int = REFRESH_SECONDS
    code_seconds: int = CODE_SECONDS
    platform: int = AMOCRM
    public_host: str = ""
    keeps_hooks: bool = False
    old_host_status: int = 401


@dataclass(frozen=True, slots=True)
class IssuedPair:
    """What the token endpoint hands out."""

    access: str
    refresh: str
    expires_in: int
    at: int


@dataclass(frozen=True, slots=True)
class TokenRefusal:
    """Why the token endpoint hands out nothing."""

    status: int
    hint: str = ""
    title: str = "Некорректный запрос"
    detail: str = "В запросе отсутствует ряд параметров или параметры невалидны"

    def document(self) -> dict[str, Any]:
        """Return the problem document; its hint comes first, as the platform writes it."""
        told: dict[str, Any] = {"hint": self.hint} if self.hint else {}
        return told | {
            "title": self.title,
            "type": PROBLEM_TYPE,
            "status": self.status,
            "detail": self.detail,
        }


WRONG_CLIENT = TokenRefusal(
    401, title="Некорректный клиент", detail="Авторизация клиента не прошла"
)


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """A request to the token endpoint."""

    grant_type: str = ""
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    redirect_uri: str = ""
    code: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
