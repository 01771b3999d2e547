"""The directories of tags: each kind of cards has its own, and a name stands in it once."""

from collections.abc import Iterable
from typing import Any

from amocrm_emulator.account.store import Doc, Store

FIRST_TAG = 10


class TagRegistry:
    """The account's tags, kept in its file."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.reload()

    def reload(self) -> None:
        """Forget what was not committed."""
        self._tags: dict[str, list[Doc]] = self._store.meta("tags_of_kinds") or {}

    def of(self, kind: str) -> list[Doc]:
        return self._tags.get(kind, [])

    def add(self, kind: str, name: str, color: str | None = None) -> Doc:
        """Return the tag of this name; a new one gets the next number."""
        found = next((tag for tag in self.of(kind) if tag["name"] == name), None)
        if found is None:
            number = self._store.next_id("tag", FIRST_TAG)
            found = {"id": number, "name": name, "color": color}
            self._tags.setdefault(kind, []).append(found)
            self._store.set_meta("tags_of_kinds", self._tags)
        return found

    def known(self, kind: str, given: Iterable[Any]) -> list[Doc]:
        """Return tags given by number or by name; a number that nobody knows is passed over."""
        found: dict[str, Doc] = {}
        for tag in given:
            number, name = (tag.get("id"), tag.get("name")) if isinstance(tag, dict) else (0, None)
            if name is None and number:
                name = next((t["name"] for t in self.of(kind) if t["id"] == number), None)
            if name:
                found[str(name)] = dict(self.add(kind, str(name)))
        return list(found.values())

    def names(self, kind: str, given: Iterable[Any]) -> set[str]:
        """Return the names of tags given by number or by name, without adding any."""
        numbers = {tag["id"]: tag["name"] for tag in self.of(kind)}
        told = [tag for tag in given if isinstance(tag, dict)]
        return {str(tag.get("name") or numbers.get(tag.get("id"))) for tag in told}
