"""How often amoCRM is asked, by what is asked: counts of minutes summed up."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

TOO_FAST = "429"
LOST = "none"
MINUTE = timedelta(minutes=1)
_NUMBER = re.compile(r"(?<=/)\d+(?=/|$)")


@dataclass(frozen=True, slots=True)
class Counted:
    """Requests of one kind in one minute that were answered alike."""

    at: datetime
    kind: str
    answer: str
    requests: int


@dataclass(frozen=True, slots=True)
class KindRate:
    """What one kind of request costs; `failed` are those without a good answer."""

    kind: str
    last_minute: int
    hour: int
    failed: int

    @property
    def per_minute(self) -> float:
        return self.hour / 60


@dataclass(frozen=True, slots=True)
class Rates:
    """An hour of requests, the kind that costs most first."""

    kinds: tuple[KindRate, ...] = ()
    last_minute: int = 0
    hour: int = 0
    too_fast: int = 0


def kind_of(method: str, path: str) -> str:
    """Name a kind of request: a list, whichever cards are asked for."""
    return f"{method} {_NUMBER.sub('{id}', path)}"


def minute_of(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def last_minute(now: datetime) -> datetime:
    """Return the beginning of the last whole minute."""
    return minute_of(now) - MINUTE


def rates(counted: Iterable[Counted], now: datetime) -> Rates:
    """Sum up the last hour; the last minute is the last whole one."""
    minute, start = last_minute(now), now - timedelta(hours=1)
    hour: Counter[str] = Counter()
    last: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    too_fast = 0
    for one in counted:
        if one.at < start:
            continue
        hour[one.kind] += one.requests
        last[one.kind] += one.requests * (one.at == minute)
        failed[one.kind] += one.requests * (not _is_good(one.answer))
        too_fast += one.requests * (one.answer == TOO_FAST)
    kinds = tuple(
        KindRate(kind, last[kind], requests, failed[kind])
        for kind, requests in sorted(hour.items(), key=lambda item: (-item[1], item[0]))
    )
    return Rates(kinds, last.total(), hour.total(), too_fast)


def _is_good(answer: str) -> bool:
    return answer.startswith("2") or answer == "404"
