"""Where the people, groups and stages of amoCRM differ from those held."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from smena.crm.model import Changes, Group, Pipeline, Status, User

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
    alive = {key: row for key, row in held.items() if key in there or _is_alive(row)}
    return RosterDifference(
        missing=frozenset(there.keys() - held.keys()),
        stale=frozenset(key for key in there.keys() & held.keys() if there[key] != held[key]),
        surplus=frozenset(alive.keys() - there.keys()),
        there_sum=_sum(there.items()),
        held_sum=_sum(alive.items()),
    )


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


def _is_alive(row: object) -> bool:
    match row:
        case User():
            return row.is_active
        case Pipeline():
            return not row.is_archive
        case Status():
            return False  # a stage goes with its pipeline; past leads name it
        case _:
            return True


def _sum(rows: Iterable[tuple[object, object]]) -> int:
    texts = (f"{key}:{row}".encode() for key, row in rows)
    return sum(int.from_bytes(blake2b(text, digest_size=8).digest()) for text in texts) % 2**63
