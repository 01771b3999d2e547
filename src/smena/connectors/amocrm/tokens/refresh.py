"""Refresh an account's tokens, so that a new pair is never lost on our side.

A refresh token is good for once. So a refresh is made by whoever holds the row's lock, in a task
that outlives its caller, and the new pair is committed before anybody uses it. What cannot be
helped is a machine that dies between amoCRM's answer and the commit: then the old access token is
used until its end, and people are told in time to connect again.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

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

SAVE_ATTEMPTS = 20
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
class _Refreshed:
    pair: TokenPair
    base_url: str
    has_moved: bool


async def held(tx: Tx, vault: Vault) -> HeldTokens:
    """Read an account's address and tokens. Raises GiveUp when it is not connected."""
    tokens = await rows.one(tx, vault)
    if tokens is None:
        raise GiveUp(reasons.NOT_CONNECTED.about())
    return HeldTokens((await accounts_queries.account(tx)).base_url, tokens)


class TokenRefresher:
    """Refreshes the tokens of all accounts in one database; knows what is under way here."""

    def __init__(self, db: Database, clock: Clock, vault: Vault, client: OAuthClient) -> None:
        self.db = db
        self.vault = vault
        self.client = client
        self.clock = clock
        self.under_way: dict[AccountId, asyncio.Task[HeldTokens]] = {}

    async def refreshed(self, account: AccountId, refused: str | None = None) -> HeldTokens:
        """Return what is good now; one refresh at a time, and a cancelled caller does not end it.

        `refused` is an access token that got a 401.
        """
        task = self.under_way.get(account)
        if task is None:
            task = asyncio.get_running_loop().create_task(self.refresh(account, refused))
            self.under_way[account] = task
            task.add_done_callback(self._forget(account))
        return await asyncio.shield(task)

    async def settle(self) -> None:
        """Wait for what is under way: a node must not leave with a new pair in its hands."""
        while self.under_way:
            await asyncio.gather(*self.under_way.values(), return_exceptions=True)

    async def refresh(self, account: AccountId, refused: str | None = None) -> HeldTokens:
        """Hold the row, ask amoCRM, commit the new pair."""
        unsaved: list[tuple[int, _Refreshed]] = []
        try:
            async with self.db.tenant(account) as tx:
                return await self._refresh_locked(tx, refused, unsaved)
        except Exception:
            if not unsaved:
                raise
            # The pair exists once, here. Whatever ails the database, it is tried again and again.
            log.exception("token_commit_failed", account=account)
        return await self._save_at_last(account, *unsaved[0])

    async def _refresh_locked(
        self, tx: Tx, refused: str | None, unsaved: list[tuple[int, _Refreshed]]
    ) -> HeldTokens:
        """Refresh unless somebody else just did; what is `unsaved` is not committed yet."""
        tokens = await rows.lock(tx, self.vault)
        integration = await rows.integration(tx, self.vault)
        if tokens is None:
            raise GiveUp(reasons.NOT_CONNECTED.about())
        if integration is not None and next_step(tokens, self.clock.now(), refused) == Renew():
            base_url = (await accounts_queries.account(tx)).base_url
            found = await _ask(self.client, base_url, integration, tokens)
            if isinstance(found, _Refreshed):
                unsaved.append((tokens.number, found))
            await self._save(tx, tokens.number, found)
        return await held(tx, self.vault)

    async def _save(self, tx: Tx, number: int, found: _Refreshed | NoTokenPair | Unclear) -> None:
        now = self.clock.now()
        match found:
            case _Refreshed():
                TOKENS.labels("renewed").inc()
                await self._save_pair(tx, number, found)
            case Unclear(detail):
                TOKENS.labels("unclear").inc()
                await rows.note_trouble(tx, number, detail, now + RETRY)
            case NoTokenPair(refused):
                TOKENS.labels("lost").inc()
                await rows.note_lost(tx, number, refused.value, now)
                # The access token still works for a while; administrators are told at once.
                await accounts.warn(tx, refused.value)

    async def _save_pair(self, tx: Tx, number: int, found: _Refreshed) -> None:
        """Keep a pair and the address it was made at, unless other tokens have come meanwhile."""
        if await rows.save_renewed(tx, self.vault, number, found.pair) and found.has_moved:
            await accounts.move(tx, found.base_url)

    async def _save_at_last(self, account: AccountId, number: int, found: _Refreshed) -> HeldTokens:
        for attempt in range(SAVE_ATTEMPTS):
            try:
                async with self.db.tenant(account) as tx:
                    await self._save_pair(tx, number, found)
                    return await held(tx, self.vault)
            except Exception:
                if attempt == SAVE_ATTEMPTS - 1:
                    raise
                await asyncio.sleep(SAVE_PAUSE_SECONDS)
        raise AssertionError("the last attempt returns or raises")

    def _forget(self, account: AccountId) -> "Callable[[asyncio.Task[HeldTokens]], None]":
        def forget(task: "asyncio.Task[HeldTokens]") -> None:
            self.under_way.pop(account, None)
            if not task.cancelled():
                task.exception()  # whoever waits is told; without anybody the next one will be

        return forget


async def _ask(
    client: OAuthClient, base_url: str, integration: Integration, tokens: Tokens
) -> _Refreshed | NoTokenPair | Unclear:
    """Try the refresh tokens that may be good, here and where the account may have moved."""
    last: NoTokenPair | Unclear = NoTokenPair(GrantRefused.SPENT)
    was_unclear = False
    for token in tokens.candidates:
        found = await client.refresh(base_url, integration, token)
        if isinstance(found, Unclear):
            # The answer may be lost with the work done or undone: the old token tells which.
            was_unclear = True
            found = await client.refresh(base_url, integration, token)
        if isinstance(found, NoTokenPair):
            place = await client.address_now(base_url, tokens.api_domain, token)
            if place is not None and place != base_url:
                found = await client.refresh(place, integration, token)
                if isinstance(found, TokenPair):
                    return _Refreshed(found, place, has_moved=True)
        if isinstance(found, TokenPair):
            return _Refreshed(found, base_url, has_moved=False)
        last = found
        if isinstance(found, Unclear):
            break
    if was_unclear and isinstance(last, NoTokenPair):
        return NoTokenPair(GrantRefused.LOST_ANSWER)
    return last
