"""Renew an account's pair of tokens, so that it is never lost on our side.

A refresh token is good for once. So a renewal is made by whoever holds the row's lock, in a task
that outlives its caller, and the new pair is committed before anybody uses it. What cannot be
helped is a machine that dies between amoCRM's answer and the commit: then the old access token is
used until its end, and people are told in time to connect again.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from smena.accounts import actions as accounts
from smena.accounts import queries as accounts_queries
from smena.connectors.amocrm import reasons
from smena.connectors.amocrm.api.core.target import Target
from smena.connectors.amocrm.model import Integration
from smena.connectors.amocrm.tokens.core.refresh import RETRY, Renew, Tokens, next_step
from smena.connectors.amocrm.tokens.core.token_response import (
    GrantRefused,
    NoTokenPair,
    TokenPair,
    Unclear,
)
from smena.connectors.amocrm.tokens.oauth_client import OAuthClient
from smena.connectors.amocrm.tokens.store import tokens as rows
from smena.kernel.clock import Clock
from smena.kernel.crypto import Vault
from smena.kernel.db import Database, Tx
from smena.kernel.errors import GiveUp
from smena.kernel.ids import AccountId
from smena.kernel.metrics import TOKENS

SAVE_TRIES = 20
SAVE_PAUSE_SECONDS = 1.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class HeldTokens:
    """What one account's requests are made with."""

    base_url: str
    tokens: Tokens

    @property
    def target(self) -> Target:
        return Target(self.base_url, self.tokens.access, self.tokens.version)


@dataclass(frozen=True, slots=True)
class TokenRefresher:
    """What renewals need, and those that are under way in this process."""

    db: Database
    clock: Clock
    vault: Vault
    desk: OAuthClient
    renewing: dict[AccountId, "asyncio.Task[HeldTokens]"] = field(default_factory=dict)


async def held(tx: Tx, vault: Vault) -> HeldTokens:
    """Read an account's address and tokens. Raises GiveUp when it is not connected."""
    tokens = await rows.one(tx, vault)
    if tokens is None:
        raise GiveUp(reasons.NOT_CONNECTED.about())
    return HeldTokens((await accounts_queries.account(tx)).base_url, tokens)


async def renewed(
    ring: TokenRefresher, account: AccountId, refused: str | None = None
) -> HeldTokens:
    """Return what is good now; one renewal at a time, which no cancelled caller takes with it."""
    task = ring.renewing.get(account)
    if task is None:
        task = asyncio.get_running_loop().create_task(renew(ring, account, refused))
        ring.renewing[account] = task
        task.add_done_callback(_forgetting(ring, account))
    return await asyncio.shield(task)


async def settled(ring: TokenRefresher) -> None:
    """Wait for renewals under way: a node must not leave with a pair in its hands."""
    while ring.renewing:
        await asyncio.gather(*ring.renewing.values(), return_exceptions=True)


async def renew(ring: TokenRefresher, account: AccountId, refused: str | None = None) -> HeldTokens:
    """Hold the row, ask amoCRM, commit the new pair."""
    got: list[tuple[int, _Renewed]] = []
    try:
        async with ring.db.tenant(account) as tx:
            return await _renew_held(tx, ring, refused, got)
    except Exception:
        if not got:
            raise
        # The pair exists once, here. Whatever ails the database, it is tried again and again.
        log.exception("token_commit_failed", account=account)
    return await _save_at_last(ring, account, *got[0])


async def _renew_held(
    tx: Tx, ring: TokenRefresher, refused: str | None, got: list[tuple[int, "_Renewed"]]
) -> HeldTokens:
    """Renew unless somebody else just did; what is in `got` is not committed yet."""
    tokens, known = await rows.lock(tx, ring.vault), await rows.integration(tx, ring.vault)
    if tokens is None:
        raise GiveUp(reasons.NOT_CONNECTED.about())
    if known is not None and next_step(tokens, ring.clock.now(), refused) == Renew():
        base_url = (await accounts_queries.account(tx)).base_url
        found = await _asked(ring.desk, base_url, known, tokens)
        if isinstance(found, _Renewed):
            got.append((tokens.number, found))
        await _save(tx, ring, tokens.number, found)
    return await held(tx, ring.vault)


@dataclass(frozen=True, slots=True)
class _Renewed:
    pair: TokenPair
    base_url: str
    has_moved: bool


async def _asked(
    desk: OAuthClient, base_url: str, known: Integration, tokens: Tokens
) -> _Renewed | NoTokenPair | Unclear:
    """Try the tokens that may be good, here and where the account may have moved."""
    last: NoTokenPair | Unclear = NoTokenPair(GrantRefused.SPENT)
    was_unclear = False
    for token in tokens.candidates:
        found = await desk.refresh(base_url, known, token)
        if isinstance(found, Unclear):
            # The answer may be lost with the work done or undone: the old token tells which.
            was_unclear = True
            found = await desk.refresh(base_url, known, token)
        if isinstance(found, NoTokenPair):
            place = await desk.address_now(base_url, tokens.api_domain, token)
            if place is not None and place != base_url:
                found = await desk.refresh(place, known, token)
                if isinstance(found, TokenPair):
                    return _Renewed(found, place, has_moved=True)
        if isinstance(found, TokenPair):
            return _Renewed(found, base_url, has_moved=False)
        last = found
        if isinstance(found, Unclear):
            break
    if was_unclear and isinstance(last, NoTokenPair):
        return NoTokenPair(GrantRefused.LOST_ANSWER)
    return last


async def _save(
    tx: Tx, ring: TokenRefresher, number: int, found: _Renewed | NoTokenPair | Unclear
) -> None:
    now = ring.clock.now()
    match found:
        case _Renewed():
            TOKENS.labels("renewed").inc()
            await _keep(tx, ring, number, found)
        case Unclear(detail):
            TOKENS.labels("unclear").inc()
            await rows.note_trouble(tx, number, detail, now + RETRY)
        case NoTokenPair(refused):
            TOKENS.labels("lost").inc()
            await rows.note_lost(tx, number, refused.value, now)
            # The access token still works for a while; administrators are told at once.
            await accounts.warn(tx, refused.value)


async def _keep(tx: Tx, ring: TokenRefresher, number: int, found: _Renewed) -> None:
    """Keep a pair and the address it was made at, unless other tokens have come meanwhile."""
    if await rows.save_renewed(tx, ring.vault, number, found.pair) and found.has_moved:
        await accounts.move(tx, found.base_url)


async def _save_at_last(
    ring: TokenRefresher, account: AccountId, number: int, found: _Renewed
) -> HeldTokens:
    for attempt in range(SAVE_TRIES):
        try:
            async with ring.db.tenant(account) as tx:
                await _keep(tx, ring, number, found)
                return await held(tx, ring.vault)
        except Exception:
            if attempt == SAVE_TRIES - 1:
                raise
            await asyncio.sleep(SAVE_PAUSE_SECONDS)
    raise AssertionError("the last try returns or raises")


def _forgetting(
    ring: TokenRefresher, account: AccountId
) -> Callable[["asyncio.Task[HeldTokens]"], None]:
    def forget(task: "asyncio.Task[HeldTokens]") -> None:
        ring.renewing.pop(account, None)
        if not task.cancelled():
            task.exception()  # told to whoever waits; without anybody it is told by the next one

    return forget
