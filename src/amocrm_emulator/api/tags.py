"""Tags of cards: given by number or by name, added, taken away or replaced."""

from collections.abc import Iterable
from typing import Any

from amocrm_emulator.crm import Crm
from amocrm_emulator.store import Doc

FIRST_TAG = 11


def tags_of(crm: Crm, item: Doc) -> list[Doc]:
    """Return the tags of a new card."""
    embedded = (item.get("_embedded") or {}).get("tags")
    return _known(crm, [*(embedded or ()), *(item.get("tags_to_add") or ())])


def tags_after(crm: Crm, old: list[Doc], item: Doc) -> list[Doc]:
    """Return a card's tags after a write; what it does not mention stays."""
    tags = old
    embedded = item.get("_embedded") or {}
    if "tags" in embedded:
        tags = _known(crm, embedded["tags"] or ())
    gone = {tag["name"] for tag in _known(crm, item.get("tags_to_delete") or ())}
    kept = [tag for tag in tags if tag["name"] not in gone]
    names = {tag["name"] for tag in kept}
    fresh = [tag for tag in _known(crm, item.get("tags_to_add") or ()) if tag["name"] not in names]
    return kept + fresh


def _known(crm: Crm, given: Iterable[Any]) -> list[Doc]:
    """Give each new name a number; a number that nobody knows is passed over."""
    numbers: dict[str, int] = dict(crm.store.meta("tags") or {})
    before = len(numbers)
    names = {number: name for name, number in numbers.items()}
    found: dict[str, Doc] = {}
    for tag in given:
        name = (tag.get("name") or names.get(tag.get("id") or 0)) if isinstance(tag, dict) else None
        if name:
            number = numbers.setdefault(name, FIRST_TAG + len(numbers))
            found[name] = {"id": number, "name": name, "color": None}
    if len(numbers) > before:
        crm.store.set_meta("tags", numbers)
    return list(found.values())
