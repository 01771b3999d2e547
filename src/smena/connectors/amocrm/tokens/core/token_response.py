"""What amoCRM's token endpoint answered: a pair, a refusal that is final, or nothing certain."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from smena.connectors.amocrm import reasons
from smena.connectors.amocrm.api.core.payload import UNREADABLE
from smena.connectors.amocrm.api.core.values import BadValue, Loose, moment, text, whole
from smena.connectors.amocrm.tokens.core.claims import read_claims

OK, BAD_REQUEST, UNAUTHORIZED, NOT_FOUND = 200, 400, 401, 404
TOKEN_MAX = 8_000
LIFETIME_MAX_SECONDS = 366 * 86_400
HINT_MAX = 200
_CLIENT_WORDS = ("client", "клиент")
_SPENT_WORDS = ("revoked", "refresh token", "expired", "authorization code", "decrypt")


class GrantRefused(StrEnum):
    """Why amoCRM gives no tokens, for good; each is a code of `reasons`."""

    SPENT = "spent"
    """The code or the refresh token was used, revoked or has expired."""
    CLIENT = "client"
    """The integration's id, secret or redirect address is not amoCRM's."""
    ABSENT = "absent"
    """There is no such account at this address: it may have moved."""
    LOST_ANSWER = "lost_answer"
    """A renewal was answered and the answer did not arrive: the new pair is unknown."""


@dataclass(frozen=True, slots=True)
class TokenPair:
    """Two tokens. Their text never gets into a log by accident."""

    access: str
    refresh: str
    issued_at: datetime
    expires_at: datetime
    api_domain: str = ""

    def __repr__(self) -> str:
        return f"TokenPair(expires_at={self.expires_at})"


@dataclass(frozen=True, slots=True)
class NoTokenPair:
    refused: GrantRefused
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Unclear:
    """Nobody knows whether the old token was spent for this answer; `detail` is a reason."""

    detail: str


Granted = TokenPair | NoTokenPair | Unclear


class _PairJson(msgspec.Struct):
    access_token: str
    refresh_token: str
    expires_in: Loose = None
    server_time: Loose = None


class _OAuthProblemJson(msgspec.Struct):
    hint: Loose = None
    title: Loose = None
    detail: Loose = None


def read_granted(status: int, body: bytes, asked_at: datetime) -> Granted:
    """Understand an answer to a request that left at `asked_at` by our clock."""
    if status == OK:
        return _pair(body, asked_at)
    if status == NOT_FOUND:
        return NoTokenPair(GrantRefused.ABSENT)
    if status in (BAD_REQUEST, UNAUTHORIZED):
        return _refusal(status, body)
    return Unclear(reasons.ANSWERS.about(status=status))


def _pair(body: bytes, asked_at: datetime) -> Granted:
    try:
        json = msgspec.json.decode(body, type=_PairJson, strict=False)
        lifetime = _lifetime(json, asked_at)
    except (*UNREADABLE, BadValue):
        return Unclear(reasons.UNREADABLE.about())
    if not _is_token(json.access_token) or not _is_token(json.refresh_token):
        return Unclear(reasons.NO_TOKENS.about())
    domain = read_claims(json.access_token).api_domain
    # Counted from the moment the request left: the token is never younger than we think.
    expires_at = asked_at + lifetime
    return TokenPair(json.access_token, json.refresh_token, asked_at, expires_at, domain)


def _lifetime(json: _PairJson, asked_at: datetime) -> timedelta:
    """Return how long the access token lives, by the more careful of two statements.

    Its own end is told by amoCRM's clock, so the difference of the clocks is taken out first.
    """
    found = [LIFETIME_MAX_SECONDS]
    if (told := whole(json.expires_in)) is not None:
        found.append(told)
    end = read_claims(json.access_token).expires_at
    if end is not None:
        there = asked_at if json.server_time is None else moment(json.server_time)
        found.append(int((end - there).total_seconds()))
    return timedelta(seconds=max(min(found), 0))


def _refusal(status: int, body: bytes) -> Granted:
    try:
        json = msgspec.json.decode(body, type=_OAuthProblemJson, strict=False)
    except UNREADABLE:
        # A gateway may say 400 or 401 as well; its words are not amoCRM's.
        return Unclear(reasons.ANSWERS.about(status=status))
    hint, rest = text(json.hint), f"{text(json.title)} {text(json.detail)}"
    shown = (hint or rest).strip()[:HINT_MAX]
    if any(word in hint.lower() for word in _SPENT_WORDS):
        return NoTokenPair(GrantRefused.SPENT, shown)
    if any(word in f"{hint} {rest}".lower() for word in _CLIENT_WORDS):
        return NoTokenPair(GrantRefused.CLIENT, shown)
    return NoTokenPair(GrantRefused.SPENT if status == UNAUTHORIZED else GrantRefused.CLIENT, shown)


def _is_token(token: str) -> bool:
    return 0 < len(token) <= TOKEN_MAX and token.isascii() and token.isprintable()
