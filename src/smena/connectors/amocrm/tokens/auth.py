"""Which token each request of an account is made with: renewed in time, another one after a 401."""

from smena.accounts import actions as accounts
from smena.connectors.amocrm.api.client import AccessLost
from smena.connectors.amocrm.api.core.target import Target
from smena.connectors.amocrm.tokens.core.refresh import AccessWay, Gone, Renew, Wait, next_step
from smena.connectors.amocrm.tokens.refresh import HeldTokens, TokenRefresher, held, renewed
from smena.connectors.amocrm.tokens.store import tokens as rows
from smena.kernel.errors import TryLater
from smena.kernel.ids import AccountId

UNAUTHORIZED = 401


class TokenAuth:
    """The authentication of one account's requests, for `Client`."""

    def __init__(self, ring: TokenRefresher, account: AccountId, held: HeldTokens) -> None:
        self._ring = ring
        self._account = account
        self._held = held

    @property
    def base_url(self) -> str:
        return self._held.base_url

    async def enter(self) -> Target:
        """Return where and with which token to ask now.

        Raises AccessLost when no token is left, TryLater while none can be had.
        """
        return await self._passed(None)

    async def refused(self, target: Target) -> Target | None:
        """After a 401: return another target to try once, None when there is none."""
        try:
            async with self._ring.db.tenant(self._account) as tx:
                self._held = await held(tx, self._ring.vault)
            found = await self._passed(target.token)
        except AccessLost:
            return await self._moved(target)
        return None if found == target else found

    async def accepted(self, target: Target) -> None:
        """Note that a new pair works: the one before is of no use any more."""
        tokens = self._held.tokens
        if tokens.is_used or tokens.access != target.token:
            return
        async with self._ring.db.tenant(self._account) as tx:
            await rows.note_used(tx, tokens.number)
            self._held = await held(tx, self._ring.vault)

    async def _passed(self, refused: str | None) -> Target:
        step = next_step(self._held.tokens, self._ring.clock.now(), refused)
        if isinstance(step, Renew):
            self._held = await renewed(self._ring, self._account, refused)
            step = next_step(self._held.tokens, self._ring.clock.now(), refused)
        match step:
            case Wait(after):
                raise TryLater(self._held.tokens.trouble, after=after)
            case Gone():
                raise AccessLost(UNAUTHORIZED, self._held.tokens.version)
            case _:
                return self._held.target

    async def _moved(self, target: Target) -> Target | None:
        """Look whether a long-lived token is refused because its account lives elsewhere now."""
        if self._held.tokens.way is not AccessWay.TOKEN or self._held.tokens.access != target.token:
            return None
        place = await self._ring.desk.address_of_bearer(target.base_url, target.token)
        if place is None or place == target.base_url:
            return None
        async with self._ring.db.tenant(self._account) as tx:
            await accounts.move(tx, place)
            self._held = await held(tx, self._ring.vault)
        return self._held.target
