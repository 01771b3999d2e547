"""Which commands travel together, and which are pointless because a later one says otherwise.

A command is made of parts: a responsible, a stage, one custom field, one tag. Of two commands for
the same part of an entity the later wins. A command that has no part left is superseded.
"""

from collections.abc import Hashable, Iterable, Sequence

import msgspec

from smena.crm.model.entities import CommandId
from smena.crm.outbox.model import (
    CREATIONS,
    AddNote,
    Change,
    Command,
    CommandKind,
    CreateTask,
    Item,
    entity_of,
)

_SINGLE = ("responsible", "name", "stage", "price", "text", "type_id", "due_at", "is_completed")
_IDENTITY = ("lead", "contact", "company", "task")


def parts(change: Change) -> frozenset[Hashable]:
    """Return what a change says something about."""
    if isinstance(change, CreateTask | AddNote):
        return frozenset({"created"})
    found: set[Hashable] = {name for name in _SINGLE if getattr(change, name, None) is not None}
    if getattr(change, "result", None) is not None:
        found.add("result")
    found |= {("field", one.field) for one in getattr(change, "fields", ())}
    found |= {("tag", tag) for tag in getattr(change, "add_tags", ())}
    found |= {("tag", tag) for tag in getattr(change, "drop_tags", ())}
    return frozenset(found)


def share_an_entity(changes: Iterable[Change]) -> bool:
    """Say whether two of these changes are about one entity; creations stand alone."""
    entities = [pair for pair in map(entity_of, changes) if pair[0] not in CREATIONS]
    return len(set(entities)) < len(entities)


def superseded(commands: Iterable[Command]) -> list[Command]:
    """Return the commands of which later ones for the same entity leave nothing."""
    gone: list[Command] = []
    for (kind, _), group in by_entity(commands).items():
        said: set[Hashable] = set()
        for command in reversed(group if kind not in CREATIONS else []):
            own = parts(command.change)
            if own <= said:
                gone.append(command)
            said |= own
    return sorted(gone, key=_age)


def merged(commands: Sequence[Command]) -> Item:
    """Join all commands of one entity into one change; for the same part the later wins."""
    ordered = sorted(commands, key=_age)
    change = ordered[0].change
    for command in ordered[1:]:
        change = _over(change, command.change)
    return Item(change, tuple(ordered))


def items(commands: Iterable[Command]) -> list[Item]:
    """Group claimed commands by entity; creations stay alone.

    The order of the first ones is kept.
    """
    groups: dict[Hashable, list[Command]] = {}
    for command in commands:
        kind, number = entity_of(command.change)
        groups.setdefault(command.id if kind in CREATIONS else (kind, number), []).append(command)
    return [merged(group) for group in groups.values()]


def by_entity(commands: Iterable[Command]) -> dict[tuple[CommandKind, int], list[Command]]:
    """Group commands by what they are about."""
    groups: dict[tuple[CommandKind, int], list[Command]] = {}
    for command in sorted(commands, key=_age):
        groups.setdefault(entity_of(command.change), []).append(command)
    return groups


def _over(before: Change, after: Change) -> Change:
    """Lay a later change of the same entity over an earlier one."""
    said: dict[str, object] = {
        name: value
        for name in after.__struct_fields__
        if name not in _IDENTITY and (value := getattr(after, name)) is not None
    }
    if "fields" in said:
        known = {one.field: one for one in getattr(before, "fields", ())}
        known |= {one.field: one for one in getattr(after, "fields", ())}
        said["fields"] = tuple(known.values())
    if "add_tags" in said:
        said |= _tags(before, after)
    return msgspec.structs.replace(before, **said)


def _tags(before: Change, after: Change) -> dict[str, object]:
    """Join tags: the last word about each counts."""
    is_added = dict.fromkeys(getattr(before, "drop_tags", ()), False)
    is_added |= dict.fromkeys(getattr(before, "add_tags", ()), True)
    is_added |= dict.fromkeys(getattr(after, "drop_tags", ()), False)
    is_added |= dict.fromkeys(getattr(after, "add_tags", ()), True)
    return {
        "add_tags": tuple(tag for tag, added in is_added.items() if added),
        "drop_tags": tuple(tag for tag, added in is_added.items() if not added),
    }


def _age(command: Command) -> CommandId:
    return command.id
