"""What may be wrong with a connection, as data: a kind, how bad it is, and what its words need.

A connector says of what kinds there are, when each is found, and what is said of it: what is wrong
and what a person should do about it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, NamedTuple, TypeVar

Kind = TypeVar("Kind", bound=StrEnum)


class Level(StrEnum):
    """`BAD` needs a person; `WAIT` may pass by itself."""

    BAD = "bad"
    WAIT = "wait"


@dataclass(frozen=True)  # no slots: Python 3.11 cannot make a generic one of a frozen class
class Finding(Generic[Kind]):
    """Something that is not as it should be, with what its sentence needs."""

    kind: Kind
    level: Level
    number: int = 0
    at: datetime | None = None
    text: str = ""


class Advice(NamedTuple):
    """What is wrong, what to do; with places for what the finding tells."""

    what: str
    todo: str


def worst_first(found: Iterable[Finding[Kind]]) -> tuple[Finding[Kind], ...]:
    """Return what needs a person before the rest, each in its own order."""
    return tuple(sorted(found, key=lambda one: one.level is not Level.BAD))
