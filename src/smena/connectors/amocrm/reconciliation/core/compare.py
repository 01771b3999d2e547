"""What differs between a list of amoCRM and the mirror, and what is to be believed of it.

A walk takes minutes and life goes on: what looks different then is only a suspect. A second look at
the card itself decides (`classify`), and what changed a moment ago is left to polling.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from smena.connectors.amocrm.api.core.values import seconds_of
from smena.crm.mirror.model import NO_CONTENTS, Contents, RowMark
from smena.crm.model.entities import Source

YOUNG = timedelta(minutes=2)
"""What changed less than this before a look is polling's business, not a gap."""

PLAUSIBLE_FEW = 50
PLAUSIBLE_SHARE = 0.2

RemoteRows = Mapping[int, datetime | None]
"""Moments of change by number; None: the row is there and its moment cannot be read."""
LocalRows = Mapping[int, RowMark]


@dataclass(frozen=True, slots=True)
class Classification:
    """What a second look found; the sets do not overlap but for the last two.

    `unverified` are rows held newer than the CRM's own; `restored` lie in our bin and not in
    theirs: both need a push beside the read that brings them in line.
    """

    missing: frozenset[int] = frozenset()
    stale: frozenset[int] = frozenset()
    surplus: frozenset[int] = frozenset()
    restored: frozenset[int] = frozenset()
    unverified: frozenset[int] = frozenset()

    @property
    def found(self) -> int:
        return len(self.missing) + len(self.stale) + len(self.surplus)


def suspects(
    remote: RemoteRows, local: LocalRows, contents: Contents = NO_CONTENTS, *, is_whole: bool
) -> frozenset[int]:
    """Return whom to look at again; `is_whole`: what the list does not show is not there."""
    wrong = contents.differing | contents.lacking
    found = {
        number
        for number, at in remote.items()
        if number in wrong or not _agrees(at, local.get(number))
    }
    if is_whole:
        found |= {
            mark.id for mark in local.values() if not mark.is_deleted and mark.id not in remote
        }
    return frozenset(found)


def classify(
    remote: RemoteRows,
    local: LocalRows,
    contents: Contents,
    *,
    looked_at: Collection[int],
    now: datetime,
) -> Classification:
    """Compare what a second read says of these cards with what is held at that moment.

    Of one moment the contents decide: amoCRM may have told a part of a card only, or a claim
    guessed it wrong.

    `now` is amoCRM's own clock: it is compared with its moments.
    """
    missing: set[int] = set()
    stale: set[int] = set()
    surplus: set[int] = set()
    restored: set[int] = set()
    unverified: set[int] = set()
    for number in looked_at:
        at, mark = remote.get(number), local.get(number)
        if number not in remote:
            if mark is not None and not mark.is_deleted:
                surplus.add(number)
        elif mark is None or mark.is_deleted or number in contents.lacking:
            if mark is not None and mark.is_deleted:
                restored.add(number)
            if at is None or not _is_young(at, now):
                missing.add(number)
        elif at is not None and (mark.changed_at != at or number in contents.differing):
            latest = max(at, mark.changed_at)
            if _is_young(latest, now):
                continue
            stale.add(number)
            if mark.changed_at > at:
                unverified.add(number)
    return Classification(*map(frozenset, (missing, stale, surplus, restored, unverified)))


def is_plausible(surplus: int, local: int) -> bool:
    """Tell whether so many cards may have been thrown away without news.

    A token that lost its rights shows an empty account: nobody's mirror is emptied for that.
    """
    return surplus <= max(PLAUSIBLE_FEW, local * PLAUSIBLE_SHARE)


def checksum(rows: Iterable[tuple[int | str, datetime | None]]) -> int:
    """Return one number for a set of rows, in whatever order: numbers and moments of change."""
    return sum(_digest(number, at) for number, at in rows) % 2**63


def contents_sum(digests: Iterable[int]) -> int:
    """Return one number for what a set of rows says, in whatever order."""
    return sum(digests) % 2**63


def joined(one: int, other: int) -> int:
    """Return the checksum of two sets that share no row."""
    return (one + other) % 2**63


def _digest(number: int | str, at: datetime | None) -> int:
    text = f"{number}:{seconds_of(at) if at else ''}"
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest())


def _agrees(at: datetime | None, mark: RowMark | None) -> bool:
    """Tell whether a row needs no second look; a claim of the same second is no proof."""
    if mark is None or mark.is_deleted:
        return False
    if at is None:
        return True
    return mark.changed_at == at and mark.source is Source.API


def _is_young(at: datetime, now: datetime) -> bool:
    return abs(now - at) < YOUNG
