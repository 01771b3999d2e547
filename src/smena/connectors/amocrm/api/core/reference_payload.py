"""What the API's reference data look like: fields, tags, roles, reasons, sources, task types."""

from typing import Any

import msgspec

from smena.connectors.amocrm.api.core.payload import RightsJson
from smena.connectors.amocrm.api.core.values import Loose


class EnumJson(msgspec.Struct):
    id: Loose = None
    value: Loose = None
    sort: Loose = None
    code: Loose = None


class EntryJson(msgspec.Struct):
    """A line of any list of reference data: each fills what it has."""

    id: Loose
    name: Loose = None
    sort: Loose = None
    code: Loose = None
    color: Loose = None
    type: Loose = None
    origin_code: Loose = None
    enums: list[EnumJson] | None = None
    rights: RightsJson | list[Any] | None = None


class TaskTypesJson(msgspec.Struct):
    task_types: list[EntryJson] | None = None


class TaskTypesOfAccountJson(msgspec.Struct):
    embedded: TaskTypesJson | list[Any] | None = msgspec.field(default=None, name="_embedded")
