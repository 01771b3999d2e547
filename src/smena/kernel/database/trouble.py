"""Which failures of the database pass by themselves, and which are defects of ours."""

from datetime import timedelta

import asyncpg

from smena.kernel.errors import TryLater

BUSY_PAUSE = timedelta(seconds=1)

_PASSING_CLASSES = ("08", "40", "53", "57")
"""Connection lost; lost race; out of disk, memory or connections; shut down or timed out."""

_LOCK_NOT_AVAILABLE = "55P03"
_READ_ONLY = "25006"
"""A node that was demoted answers "read-only transaction" until we reach the new leader."""


class DatabaseBusy(TryLater):
    """All connections of this node are taken: work waits, a page says that we are overloaded."""

    def __init__(self) -> None:
        super().__init__("no free connection to the database", after=BUSY_PAUSE)


def is_transient(error: BaseException) -> bool:
    """Tell whether the same work may succeed later without anybody's help."""
    if isinstance(error, OSError | TimeoutError | asyncpg.InterfaceError):
        return True
    if isinstance(error, asyncpg.PostgresError):
        state = error.sqlstate or ""
        return state[:2] in _PASSING_CLASSES or state in (_LOCK_NOT_AVAILABLE, _READ_ONLY)
    return False
