"""Lists of the CRM that give numbers their names: fields, tags, roles, reasons, sources.

They are short, read as a whole, and what has vanished from them stays, marked as gone: cards of
the past name it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from smena.crm.model.details import NO_RIGHTS, ChoiceId, Rights
from smena.crm.model.entities import EntityKind


class ReferenceKind(StrEnum):
    """Which list an entry is of. Fields and tags have a list for each kind of card."""

    FIELDS = "fields"
    TAGS = "tags"
    ROLES = "roles"
    LOSS_REASONS = "loss_reasons"
    LEAD_SOURCES = "lead_sources"
    TASK_TYPES = "task_types"


@dataclass(frozen=True, slots=True)
class FieldChoice:
    """One of the values that a list field offers."""

    id: ChoiceId
    name: str
    sort: int = 0
    code: str = ""


@dataclass(frozen=True, slots=True)
class ReferenceEntry:
    """A line of a list; `type` is a field's, `choices` a list field's, `rights` a role's."""

    of: ReferenceKind
    id: int
    name: str
    owner: EntityKind | None = None
    sort: int = 0
    code: str = ""
    color: str = ""
    type: str = ""
    choices: tuple[FieldChoice, ...] = ()
    rights: Rights = NO_RIGHTS
    is_gone: bool = False


ReferenceList = tuple[ReferenceKind, EntityKind | None]
"""One list: of what, and of which kind of card."""


@dataclass(frozen=True, slots=True)
class ReferenceData:
    """Lists as read; those that were read to the end are `complete`."""

    entries: tuple[ReferenceEntry, ...] = ()
    complete: frozenset[ReferenceList] = frozenset()


NO_REFERENCE_DATA = ReferenceData()


def joined(parts: Iterable[ReferenceData]) -> ReferenceData:
    """Return several readings as one."""
    read = tuple(parts)
    return ReferenceData(
        tuple(entry for part in read for entry in part.entries),
        frozenset(book for part in read for book in part.complete),
    )
