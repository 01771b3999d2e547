"""Password hashes: argon2id, off the event loop, few at a time (each takes 64 MiB)."""

from functools import cache

import anyio.to_thread
from anyio import CapacityLimiter
from anyio.lowlevel import RunVar
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

AT_ONCE = 2


@cache
def hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def nobody_hash() -> str:
    """Return a hash that no password opens: an unknown e-mail costs as much as a known one."""
    return hasher().hash("\x00 nobody \x00")


_AT_ONCE = RunVar[CapacityLimiter]("passwords_at_once")


def _limiter() -> CapacityLimiter:
    """Return this event loop's limiter."""
    try:
        return _AT_ONCE.get()
    except LookupError:
        limiter = CapacityLimiter(AT_ONCE)
        _AT_ONCE.set(limiter)
        return limiter


async def make(password: str) -> str:
    return await anyio.to_thread.run_sync(hasher().hash, password, limiter=_limiter())


async def is_right(stored: str | None, password: str) -> bool:
    """Compare a password with its hash; without a hash take the same time and say no."""
    return await anyio.to_thread.run_sync(_is_right, stored, password, limiter=_limiter())


def is_outdated(stored: str) -> bool:
    """Tell whether the hash was made with weaker parameters than today's."""
    return hasher().check_needs_rehash(stored)


def _is_right(stored: str | None, password: str) -> bool:
    try:
        hasher().verify(stored or nobody_hash(), password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None
