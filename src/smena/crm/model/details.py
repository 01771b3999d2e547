"""What cards and people carry beside their own words: tags, values of custom fields, rights.

The shapes are the CRM's, the numbers are named by its lists (`smena.crm.model.reference_data`).
"""

from dataclasses import dataclass
from typing import NewType

FieldId = NewType("FieldId", int)
TagId = NewType("TagId", int)
ChoiceId = NewType("ChoiceId", int)
RoleId = NewType("RoleId", int)
LossReasonId = NewType("LossReasonId", int)
LeadSourceId = NewType("LeadSourceId", int)

Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Tag:
    id: TagId
    name: str


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a field: a text, a number, a flag, Unix seconds of a date, or a choice.

    What has parts (an address's file, a legal entity) is their JSON as a text.
    """

    value: Scalar
    choice: ChoiceId | None = None


@dataclass(frozen=True, slots=True)
class Filled:
    """A custom field that holds something on a card."""

    field: FieldId
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Right:
    """What may be done with entities of a kind: letter A all, G group, M own, D nothing."""

    entity: str
    action: str
    letter: str
    pipeline: int | None = None
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Rights:
    """Rights by entity and action; those of a stage narrow or widen the general ones."""

    general: tuple[Right, ...] = ()
    in_stages: tuple[Right, ...] = ()
    sees_mail: bool = False
    sees_catalogs: bool = False


NO_RIGHTS = Rights()
