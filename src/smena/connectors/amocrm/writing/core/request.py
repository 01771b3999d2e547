"""Commands as requests: where each kind goes, what items say (amocrm.md sections 4.6, 7 to 10)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from smena.connectors.amocrm.api.core.values import seconds_of
from smena.connectors.amocrm.translation.kinds import KINDS, NOTES, PATHS
from smena.crm.model.entities import EntityKind
from smena.crm.outbox.model import (
    AddNote,
    Change,
    ChangeLead,
    ChangeTask,
    CommandKind,
    CreateTask,
    Item,
    SetField,
    entity_of,
)

Document = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Address:
    """The collection of a kind; a POST to it creates, a PATCH changes."""

    verb: str
    collection: str

    @property
    def path(self) -> str:
        return f"/api/v4/{self.collection}"

    @property
    def root(self) -> str:
        """Name of the list inside the answer."""
        return self.collection.rpartition("/")[2]


ADDRESSES: Mapping[CommandKind, Address] = {
    **{one.change: Address("PATCH", one.path) for one in KINDS},
    **{notes.add: Address("POST", notes.path) for notes in NOTES},
    CommandKind.NEW_TASK: Address("POST", PATHS[EntityKind.TASK]),
}


def kind_of(items: Sequence[Item]) -> CommandKind:
    """Return the kind of a batch; all its items are of one."""
    return entity_of(items[0].change)[0]


def body_of(items: Iterable[Item]) -> bytes:
    """Write the array of a request; each item names its command."""
    return msgspec.json.encode(
        [{**document(item.change), "request_id": str(item.key)} for item in items]
    )


def document(change: Change) -> Document:
    """Write what a change says, and nothing of what it leaves as it is."""
    match change:
        case CreateTask():
            said = _new_task(change)
        case AddNote():
            said = {
                "entity_id": change.card_id,
                "note_type": "common",
                "params": {"text": change.text},
            }
        case ChangeTask():
            said = _task(change)
        case _:
            said = _card(change) | (_lead(change) if isinstance(change, ChangeLead) else {})
    return {name: value for name, value in said.items() if value is not None}


def plural(kind: EntityKind | None) -> str | None:
    return None if kind is None else PATHS[kind]


def _new_task(change: CreateTask) -> dict[str, object]:
    return {
        "text": change.text,
        "complete_till": seconds_of(change.due_at),
        "responsible_user_id": change.responsible,
        "entity_type": plural(change.card_kind),
        "entity_id": change.card_id if change.card_kind else None,
        "task_type_id": change.type_id,
        "duration": change.duration_seconds or None,
    }


def _task(change: ChangeTask) -> dict[str, object]:
    return {
        "id": change.task,
        "responsible_user_id": change.responsible,
        "text": change.text,
        "task_type_id": change.type_id,
        "complete_till": None if change.due_at is None else seconds_of(change.due_at),
        "is_completed": change.is_completed,
        "result": None if change.result is None else {"text": change.result},
    }


def _lead(change: ChangeLead) -> dict[str, object]:
    stage = change.stage
    return {
        "price": change.price,
        "pipeline_id": None if stage is None else stage.pipeline,
        "status_id": None if stage is None else stage.status,
    }


def _card(change: Change) -> dict[str, object]:
    fields: tuple[SetField, ...] = getattr(change, "fields", ())
    added, dropped = getattr(change, "add_tags", ()), getattr(change, "drop_tags", ())
    return {
        "id": entity_of(change)[1],
        "responsible_user_id": getattr(change, "responsible", None),
        "name": getattr(change, "name", None),
        "custom_fields_values": [_field(one) for one in fields] or None,
        "tags_to_add": [{"name": tag} for tag in added] or None,
        "tags_to_delete": [{"name": tag} for tag in dropped] or None,
    }


def _field(one: SetField) -> dict[str, object]:
    values = [
        {
            name: value
            for name, value in (("value", given.value), ("enum_id", given.enum))
            if value is not None
        }
        for given in one.values
    ]
    return {"field_id": one.field, "values": values or None}
