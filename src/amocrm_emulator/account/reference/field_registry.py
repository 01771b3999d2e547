"""The directory of custom fields: which a kind of cards has, those it came with and added ones."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from amocrm_emulator.account.core.field_values import CHOICES, reading
from amocrm_emulator.account.core.standard_fields import first_fields, new_field
from amocrm_emulator.account.settings import AccountSettings
from amocrm_emulator.account.store import Doc, Store

GROUPS = (("default", "Основное", "custom_fields"), ("statistic", "Статистика", "statistic"))
_FIRST_FIELD, _FIRST_ENUM = 7_000_000, 3_000_000
SETTABLE = (
    "name",
    "sort",
    "is_api_only",
    "group_id",
    "required_statuses",
    "hidden_statuses",
    "remind",
    "currency",
    "settings",
    "tracking_callback",
    "code",
)


class FieldRegistry:
    """The account's custom fields and their groups, kept in its file."""

    def __init__(self, store: Store, account: AccountSettings) -> None:
        self._store = store
        self._account = account
        self.reload()

    def reload(self) -> None:
        """Forget what was not committed."""
        found = self._store.meta("fields")
        self._fields: dict[str, list[Doc]] = (
            first_fields(self._account.id, ()) if found is None else found
        )
        self._groups: dict[str, list[Doc]] = self._store.meta("field_groups") or {}

    def of(self, kind: str) -> list[Doc]:
        return self._fields.get(kind, [])

    def find(self, kind: str, given: Mapping[str, Any]) -> Doc | None:
        """Return the field that a value names, by `field_id` or by `field_code`."""
        number, code = given.get("field_id"), given.get("field_code")
        for field in self.of(kind):
            is_named = field["id"] == number if number else code and field["code"] == code
            if is_named:
                return field
        return None

    def add(self, kind: str, item: Mapping[str, Any], number: int | None = None) -> Doc:
        number = number or self._store.next_id("field", _FIRST_FIELD)
        field = new_field(self._account.id, kind, number, item["type"], item)
        if item["type"] in CHOICES:
            field["enums"] = self._enums([], item.get("enums") or [])
        self._fields.setdefault(kind, []).append(field)
        self._save()
        return field

    def change(self, kind: str, number: int, item: Mapping[str, Any]) -> Doc:
        """Give a field new settings; its choices are replaced, those named by number stay."""
        field = next(field for field in self.of(kind) if field["id"] == number)
        field |= {name: item[name] for name in SETTABLE if name in item}
        if item.get("enums") is not None:
            field["enums"] = self._enums(field["enums"] or [], item["enums"])
        self._save()
        return field

    def remove(self, kind: str, number: int) -> None:
        self._fields[kind] = [field for field in self.of(kind) if field["id"] != number]
        self._save()

    def ensure(self, kind: str, number: int, name: str) -> None:
        """Add a text field unless the account has one of this number."""
        if self.find(kind, {"field_id": number}) is None:
            self.add(kind, {"name": name, "type": "text"}, number)

    def groups(self, kind: str) -> list[Doc]:
        """Return the tabs of a card's fields."""
        if kind not in self._groups:
            self._groups[kind] = [
                {
                    "id": number,
                    "name": name,
                    "is_predefined": True,
                    "type": type_,
                    "entity_type": kind,
                    "sort": place,
                }
                for place, (number, name, type_) in enumerate(GROUPS)
            ]
        return self._groups[kind]

    def set_groups(self, kind: str, groups: list[Doc]) -> None:
        self._groups[kind] = groups
        for field in self.of(kind):
            if field["group_id"] not in {None, *(group["id"] for group in groups)}:
                field["group_id"] = None
        self._save()

    def next_group(self, kind: str) -> str:
        return f"{kind}_{self._store.next_id('field_group', 79_000_000_000)}"

    def filled(self, kind: str, given: Sequence[Mapping[str, Any]] | None) -> list[Doc] | None:
        """Return a new card's fields as they are read: null, never an empty list."""
        return self.merged(kind, None, given)

    def merged(
        self, kind: str, old: list[Doc] | None, given: Sequence[Mapping[str, Any]] | None
    ) -> list[Doc] | None:
        """Return a card's fields after a write: absent ones stay, emptied ones go."""
        if given is None:
            return old
        fields = {field["field_id"]: field for field in old or ()}
        for number, value in self._values(kind, given):
            if value["values"]:
                fields[number] = value
            else:
                fields.pop(number, None)
        return list(fields.values()) or None

    def _values(self, kind: str, given: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, Doc]]:
        for one in given:
            field = self.find(kind, one)
            if field is None:
                raise KeyError(f"{kind} have no field {one.get('field_id')}")
            yield (
                field["id"],
                {
                    "field_id": field["id"],
                    "field_name": field["name"],
                    "field_code": field["code"],
                    "field_type": field["type"],
                    "is_computed": field["is_computed"],
                    "values": reading(field, one.get("values")),
                },
            )

    def _enums(self, old: list[Doc], given: Sequence[Mapping[str, Any]]) -> list[Doc]:
        known = {enum["id"]: enum for enum in old}
        return [
            {
                "id": enum["id"]
                if enum.get("id") in known
                else self._store.next_id("enum", _FIRST_ENUM),
                "value": str(enum.get("value", known.get(enum.get("id") or 0, {}).get("value"))),
                "sort": enum.get("sort") or (place + 1) * 500,
                "code": enum.get("code"),
            }
            for place, enum in enumerate(given)
        ]

    def _save(self) -> None:
        self._store.set_meta("fields", self._fields)
        self._store.set_meta("field_groups", self._groups)
