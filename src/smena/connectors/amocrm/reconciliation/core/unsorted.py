"""Where the open requests of amoCRM differ from those held as open."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from smena.connectors.amocrm.reconciliation.core.compare import YOUNG
from smena.crm.mirror.model import Contents
from smena.crm.model.conversations import Unsorted, UnsortedId


@dataclass(frozen=True, slots=True)
class UnsortedDifference:
    """Numbers of requests (`number_of`), by what is wrong with them."""

    missing: frozenset[int] = frozenset()
    stale: frozenset[int] = frozenset()
    surplus: frozenset[int] = frozenset()

    @property
    def all(self) -> frozenset[int]:
        return self.missing | self.stale | self.surplus

    def among(self, numbers: frozenset[int]) -> "UnsortedDifference":
        return UnsortedDifference(
            self.missing & numbers, self.stale & numbers, self.surplus & numbers
        )


def differing(
    read: Sequence[Unsorted],
    still_open: Sequence[Unsorted],
    contents: Contents,
    now: datetime,
    *,
    is_whole: bool,
) -> UnsortedDifference:
    """Compare; what came in a moment ago is polling's business (it reads the list every minute)."""
    listed = {one.id for one in read}
    old = {one.id for one in read if now - one.created_at >= YOUNG}
    surplus = [
        one.id
        for one in still_open
        if is_whole and one.id not in listed and now - one.created_at >= YOUNG
    ]
    return UnsortedDifference(
        missing=_numbers(old & contents.lacking),
        stale=_numbers(old & contents.differing),
        surplus=_numbers(surplus),
    )


def number_of(uid: UnsortedId) -> int:
    """Return a number that stands for a request among the suspects of a reconciliation."""
    return int.from_bytes(blake2b(uid.encode(), digest_size=8).digest()) >> 1


def _numbers(ids: Iterable[UnsortedId]) -> frozenset[int]:
    return frozenset(number_of(one) for one in ids)
