"""What a client asks about its tokens, and the answer for a token that somebody has just typed.

The stored tokens of an account answer in `tokens/auth.py`.
"""

from dataclasses import dataclass
from typing import Protocol

from smena.connectors.amocrm.api.core.target import Target


class Auth(Protocol):
    """Gives the token for each request: renewed in time, another one after a 401."""

    @property
    def base_url(self) -> str: ...
    async def target(self) -> Target: ...
    async def refused(self, target: Target, /) -> Target | None: ...
    async def accepted(self, target: Target, /) -> None: ...


@dataclass(frozen=True, slots=True)
class TypedToken:
    """One token and no other: nothing is stored yet."""

    _target: Target

    @property
    def base_url(self) -> str:
        return self._target.base_url

    async def target(self) -> Target:
        return self._target

    async def refused(self, _target: Target) -> Target | None:
        return None

    async def accepted(self, _target: Target) -> None:
        pass
