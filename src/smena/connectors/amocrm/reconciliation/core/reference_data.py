"""Where amoCRM's reference data differ from those held: people, stages, fields, tags, more."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from smena.crm.model.entities import Changes, Group, Pipeline, PipelineId, Status, User
from smena.crm.model.reference_data import (
    ReferenceData,
    ReferenceEntry,
    ReferenceKind,
    ReferenceList,
)

Rows = Mapping[tuple[object, ...], object]


@dataclass(frozen=True, slots=True)
class PeopleDifference:
    """Keys of rows, by what is wrong with them; the sums tell at a glance whether all is equal."""

    missing: frozenset[tuple[object, ...]]
    stale: frozenset[tuple[object, ...]]
    surplus: frozenset[tuple[object, ...]]
    remote_sum: int
    local_sum: int


def rows_read(changes: Changes) -> Rows:
    """Return what whole lists say, row by row."""
    return _rows(changes.users, changes.groups, changes.pipelines, changes.statuses)


def local_rows(
    users: Sequence[User],
    groups: Sequence[Group],
    pipelines: Sequence[Pipeline],
    statuses: Sequence[Status],
) -> Rows:
    return _rows(users, groups, pipelines, statuses)


def differing(remote: Rows, held: Rows) -> PeopleDifference:
    """Compare. Who has left and what is archived stays here for the days of the past."""
    listed = {row.pipeline for row in remote.values() if isinstance(row, Status)}
    alive = {key: row for key, row in held.items() if key in remote or _is_alive(row, listed)}
    return PeopleDifference(
        missing=frozenset(remote.keys() - held.keys()),
        stale=frozenset(key for key in remote.keys() & held.keys() if remote[key] != held[key]),
        surplus=frozenset(alive.keys() - remote.keys()),
        remote_sum=_sum(remote.items()),
        local_sum=_sum(alive.items()),
    )


def entries_differing(
    read: ReferenceData, held: Iterable[ReferenceEntry], which: ReferenceList
) -> PeopleDifference:
    """Compare a list; one that is empty or not read to its end shows nobody as surplus.

    Sources are known from leads as well, by their names only, and most are in no list.
    """
    is_learned = which[0] is ReferenceKind.LEAD_SOURCES
    remote: Rows = {(one.id,): _shown(one, is_learned=is_learned) for one in read.entries}
    is_whole = which in read.complete and not is_learned
    here: Rows = {
        (one.id,): _shown(one, is_learned=is_learned)
        for one in held
        if one.owner == which[1] and ((one.id,) in remote or (is_whole and not one.is_gone))
    }
    return differing(remote, here)


def _shown(entry: ReferenceEntry, *, is_learned: bool) -> object:
    return entry.name if is_learned else entry


def _rows(
    users: Iterable[User],
    groups: Iterable[Group],
    pipelines: Iterable[Pipeline],
    statuses: Iterable[Status],
) -> Rows:
    return {
        **{("user", one.id): one for one in users},
        **{("group", one.id): one for one in groups},
        **{("pipeline", one.id): one for one in pipelines},
        **{("status", one.pipeline, one.id): one for one in statuses},
    }


def _is_alive(row: object, listed: Collection[PipelineId]) -> bool:
    """Tell whether a list that does not show the row is wrong, or we are."""
    match row:
        case User():
            return row.is_active
        case Pipeline():
            return not row.is_archive
        case Status():
            return row.pipeline in listed  # an archived pipeline keeps its stages
        case _:
            return True


def _sum(rows: Iterable[tuple[object, object]]) -> int:
    texts = (f"{key}:{row}".encode() for key, row in rows)
    return sum(int.from_bytes(blake2b(text, digest_size=8).digest()) for text in texts) % 2**63
