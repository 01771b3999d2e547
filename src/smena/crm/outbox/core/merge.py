"""Which wishes travel together, and which are pointless because a later one says otherwise.

A wish is made of parts: a responsible, a stage, one custom field, one tag. Of two wishes for the
same part of an entity the later wins. A wish that has no part left is overtaken.
"""

from collections.abc import Hashable, Iterable, Sequence

import msgspec

from smena.crm.model.entities import WishId
from smena.crm.outbox.model import (
    CREATIONS,
    AddNote,
    Change,
    CreateTask,
    Item,
    Wish,
    WishKind,
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


def overtaken(wishes: Iterable[Wish]) -> list[Wish]:
    """Return the wishes of which later ones for the same entity leave nothing."""
    gone: list[Wish] = []
    for (kind, _), group in by_entity(wishes).items():
        said: set[Hashable] = set()
        for wish in reversed(group if kind not in CREATIONS else []):
            own = parts(wish.change)
            if own <= said:
                gone.append(wish)
            said |= own
    return sorted(gone, key=_age)


def merged(wishes: Sequence[Wish]) -> Item:
    """Join all wishes of one entity into one change; for the same part the later wins."""
    ordered = sorted(wishes, key=_age)
    change = ordered[0].change
    for wish in ordered[1:]:
        change = _over(change, wish.change)
    return Item(change, tuple(ordered))


def items(wishes: Iterable[Wish]) -> list[Item]:
    """Group claimed wishes by entity; creations stay alone. The order of the first ones is kept."""
    groups: dict[Hashable, list[Wish]] = {}
    for wish in wishes:
        kind, number = entity_of(wish.change)
        groups.setdefault(wish.id if kind in CREATIONS else (kind, number), []).append(wish)
    return [merged(group) for group in groups.values()]


def by_entity(wishes: Iterable[Wish]) -> dict[tuple[WishKind, int], list[Wish]]:
    """Group wishes by what they are about."""
    groups: dict[tuple[WishKind, int], list[Wish]] = {}
    for wish in sorted(wishes, key=_age):
        groups.setdefault(entity_of(wish.change), []).append(wish)
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


def _age(wish: Wish) -> WishId:
    return wish.id
