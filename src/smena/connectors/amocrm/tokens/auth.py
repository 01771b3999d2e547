"""Which token each request of an account is made with: renewed in time, another one after a 401.

It is not an `httpx2.Auth`, though it answers the same questions. That flow runs inside the sending
of a request, and four things have to happen outside of it: the token is made ready before a slot of
the rate limiter is waited for, and the second request waits for a slot of its own; neither a
refresh nor a wait may use up the seconds that one answer has; each request is counted by itself;
and httpx2 reads the whole body of a 401 before it goes on, however large it is.
"""

from smena.accounts import actions as accounts
from smena.connectors.amocrm.api.client import UNAUTHORIZED, AccessLost
from smena.connectors.amocrm.api.core.target import Target
from smena.connectors.amocrm.tokens.core.refresh import (
    AccessWay,
    Gone,
    Renew,
    Step,
    Wait,
    next_step,
)
from smena.connectors.amocrm.tokens.refresh import HeldTokens, TokenRefresher, held
from smena.connectors.amocrm.tokens.store import tokens as rows
from smena.kernel.errors import TryLater
from smena.kernel.ids import AccountId


class TokenAuth:
    """The authentication of one account's requests, for `Client`."""

    def __init__(self, refresher: TokenRefresher, account: AccountId, held: HeldTokens) -> None:
        self._refresher = refresher
        self._account = account
        self._held = held

    @property
    def base_url(self) -> str:
        return self._held.base_url

    async def target(self) -> Target:
        """Return where and with which token to ask now.

        Raises AccessLost when no token is left, TryLater while none can be had.
        """
        return await self._usable(None)

    async def refused(self, target: Target) -> Target | None:
        """After a 401: return another target to try once, None when there is none."""
        await self._read()
        try:
            found = await self._usable(target.token)
        except AccessLost:
            return await self._moved(target)
        return None if found == target else found

    async def accepted(self, target: Target) -> None:
        """Note that a new pair works: the one before is of no use any more."""
        tokens = self._held.tokens
        if tokens.is_used or tokens.access != target.token:
            return
        async with self._refresher.db.tenant(self._account) as tx:
            await rows.note_used(tx, tokens.number)
            self._held = await held(tx, self._refresher.vault)

    async def _usable(self, refused: str | None) -> Target:
        step = self._step(refused)
        if isinstance(step, Renew):
            self._held = await self._refresher.refreshed(self._account, refused)
            step = self._step(refused)
        match step:
            case Wait(after):
                raise TryLater(self._held.tokens.trouble, after=after)
            case Gone():
                raise AccessLost(UNAUTHORIZED, self._held.tokens.version)
            case _:
                return self._held.target

    def _step(self, refused: str | None) -> Step:
        return next_step(self._held.tokens, self._refresher.clock.now(), refused)

    async def _moved(self, target: Target) -> Target | None:
        """Look whether a long-lived token is refused because its account lives elsewhere now."""
        if self._held.tokens.way is not AccessWay.TOKEN or self._held.tokens.access != target.token:
            return None
        place = await self._refresher.client.address_of_bearer(target.base_url, target.token)
        if place is None or place == target.base_url:
            return None
        async with self._refresher.db.tenant(self._account) as tx:
            await accounts.move(tx, place)
            self._held = await held(tx, self._refresher.vault)
        return self._held.target

    async def _read(self) -> None:
        """Take what is stored now: somebody may have connected the account again."""
        async with self._refresher.db.tenant(self._account) as tx:
            self._held = await held(tx, self._refresher.vault)
