"""Where amoCRM's short lists differ from those held: people, stages, fields, tags and others."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from smena.crm.model.entities import Changes, Group, Pipeline, PipelineId, Status, User
from smena.crm.model.reference_data import Book, Directory, Entry, Listed

Rows = Mapping[tuple[object, ...], object]


@dataclass(frozen=True, slots=True)
class RosterDifference:
    """Keys of rows, by what is wrong with them; the sums tell at a glance whether all is equal."""

    missing: frozenset[tuple[object, ...]]
    stale: frozenset[tuple[object, ...]]
    surplus: frozenset[tuple[object, ...]]
    there_sum: int
    held_sum: int


def rows_told(changes: Changes) -> Rows:
    """Return what whole lists say, row by row."""
    return _rows(changes.users, changes.groups, changes.pipelines, changes.statuses)


def rows_held(
    users: Sequence[User],
    groups: Sequence[Group],
    pipelines: Sequence[Pipeline],
    statuses: Sequence[Status],
) -> Rows:
    return _rows(users, groups, pipelines, statuses)


def differing(there: Rows, held: Rows) -> RosterDifference:
    """Compare. Who has left and what is archived stays here for the days of the past."""
    listed = {row.pipeline for row in there.values() if isinstance(row, Status)}
    alive = {key: row for key, row in held.items() if key in there or _is_alive(row, listed)}
    return RosterDifference(
        missing=frozenset(there.keys() - held.keys()),
        stale=frozenset(key for key in there.keys() & held.keys() if there[key] != held[key]),
        surplus=frozenset(alive.keys() - there.keys()),
        there_sum=_sum(there.items()),
        held_sum=_sum(alive.items()),
    )


def entries_differing(told: Directory, held: Iterable[Entry], book: Book) -> RosterDifference:
    """Compare a short list; one that is empty or not read to its end shows nobody as surplus.

    Sources are known from leads as well, by their names only, and most are in no list.
    """
    is_learned = book[0] is Listed.LEAD_SOURCES
    there: Rows = {(one.id,): _shown(one, is_learned=is_learned) for one in told.entries}
    is_whole = book in told.complete and not is_learned
    here: Rows = {
        (one.id,): _shown(one, is_learned=is_learned)
        for one in held
        if one.owner == book[1] and ((one.id,) in there or (is_whole and not one.is_gone))
    }
    return differing(there, here)


def _shown(entry: Entry, *, is_learned: bool) -> object:
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
