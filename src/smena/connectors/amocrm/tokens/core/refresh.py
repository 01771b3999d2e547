"""Whether an account's tokens are to be used, renewed first, or are of no use any more."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from smena.connectors.amocrm.api.core.target import Version

EARLY = timedelta(hours=1)
EARLY_SHARE = 4
RETRY = timedelta(seconds=30)
WARN_BEFORE = timedelta(days=14)


class AccessWay(StrEnum):
    """How an account was connected."""

    TOKEN = "token"  # noqa: S105 -- the name of a way
    OAUTH = "oauth"


@dataclass(frozen=True, slots=True)
class Tokens:
    """What is stored for one account, opened. Its text never shows a token."""

    way: AccessWay
    number: int
    """Grows with each new pair, so that two who saw the same one do not both replace it."""
    access: str
    refresh: str | None
    previous_refresh: str | None
    issued_at: datetime
    expires_at: datetime | None
    api_domain: str = ""
    is_used: bool = False
    retry_at: datetime | None = None
    trouble: str = ""
    lost_at: datetime | None = None

    def __repr__(self) -> str:
        return f"Tokens({self.way}, number={self.number}, expires_at={self.expires_at})"

    @property
    def version(self) -> Version:
        return self.number, self.issued_at

    @property
    def candidates(self) -> tuple[str, ...]:
        """Refresh tokens to try, the latest first; the one before counts until it was replaced."""
        kept = (self.refresh, None if self.is_used else self.previous_refresh)
        return tuple(token for token in kept if token)


@dataclass(frozen=True, slots=True)
class Use:
    """Go on with the stored access token."""


@dataclass(frozen=True, slots=True)
class Renew:
    """Ask for a new pair first."""


@dataclass(frozen=True, slots=True)
class Wait:
    """amoCRM could not be asked a moment ago; try again after a while."""

    after: timedelta


@dataclass(frozen=True, slots=True)
class Gone:
    """Somebody has to connect the account again."""


Step = Use | Renew | Wait | Gone


def next_step(tokens: Tokens, now: datetime, refused: str | None = None) -> Step:
    """Decide what to do with the stored tokens; `refused` is an access token that got a 401."""
    is_refused = refused is not None and refused == tokens.access
    if tokens.way is AccessWay.TOKEN:
        return Gone() if is_refused else Use()
    works = not is_refused and not _is_over(tokens, now)
    if works and (tokens.lost_at is not None or not is_due(tokens, now)):
        return Use()
    if tokens.lost_at is not None:
        return Gone()
    if tokens.retry_at is not None and now < tokens.retry_at:
        return Use() if works else Wait(tokens.retry_at - now)
    return Renew()


def is_due(tokens: Tokens, now: datetime) -> bool:
    """Renew an hour before the end, or in the last quarter of a short life."""
    if tokens.expires_at is None:
        return False
    early = min(EARLY, (tokens.expires_at - tokens.issued_at) / EARLY_SHARE)
    return now >= tokens.expires_at - early


def ends_soon(tokens: Tokens, now: datetime) -> bool:
    """Tell whether a person has to act before a long-lived token ends."""
    return (
        tokens.way is AccessWay.TOKEN
        and tokens.expires_at is not None
        and now >= tokens.expires_at - WARN_BEFORE
    )


def _is_over(tokens: Tokens, now: datetime) -> bool:
    return tokens.expires_at is not None and now >= tokens.expires_at
