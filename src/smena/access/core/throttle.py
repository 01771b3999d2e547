"""How long to wait before the next attempt to sign in.

A delay, not a lock-out: a stranger who knows an e-mail cannot keep its owner out for long. Each
failure beyond the free ones doubles the delay up to a minute; a quarter of an hour without
failures forgets them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

REMEMBERED = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class ThrottleRule:
    """`free` failures cost nothing; then the delay doubles from `first_seconds`."""

    free: int
    first_seconds: float
    max_seconds: float


FOR_EMAIL = ThrottleRule(free=5, first_seconds=1, max_seconds=60)
# Many people may share one address (an office behind one router).
FOR_ADDRESS = ThrottleRule(free=30, first_seconds=1, max_seconds=60)


def wait(failures: Sequence[datetime], now: datetime, rule: ThrottleRule) -> timedelta:
    """Return how long an attempt at `now` must still wait; zero when it may go on."""
    recent = [at for at in failures if now - at < REMEMBERED]
    if len(recent) < rule.free:
        return timedelta()
    doublings = min(len(recent) - rule.free, 20)
    seconds = min(rule.first_seconds * 2**doublings, rule.max_seconds)
    return max(max(recent) + timedelta(seconds=seconds) - now, timedelta())
