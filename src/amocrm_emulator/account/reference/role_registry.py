"""Roles of the account: named sets of rights that users share."""

from typing import Any

from amocrm_emulator.account.core.rights import everything
from amocrm_emulator.account.spec import RoleSpec
from amocrm_emulator.account.store import Doc, Store

_FIRST_ROLE = 300


def role_of(spec: RoleSpec) -> Doc:
    """Return a role as it is kept; what its spec leaves out is allowed."""
    rights = everything()
    for kind, action, letter in spec.rights:
        rights[kind][action] = letter
    return {"id": spec.id, "name": spec.name, "rights": rights}


class RoleRegistry:
    """The account's roles, kept in its file."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.reload()

    def reload(self) -> None:
        """Forget what was not committed."""
        self._roles: list[Doc] = self._store.meta("roles") or []

    def all(self) -> list[Doc]:
        return self._roles

    def find(self, number: object) -> Doc | None:
        return next((role for role in self._roles if role["id"] == number), None)

    def add(self, name: str, rights: Doc) -> Doc:
        highest = max((role["id"] for role in self._roles), default=_FIRST_ROLE)
        number = self._store.next_id("role", max(highest, _FIRST_ROLE))
        role = {"id": number, "name": name, "rights": rights}
        self._roles.append(role)
        self._save()
        return role

    def change(self, role: Doc, **fields: Any) -> None:
        role |= fields
        self._save()

    def remove(self, number: int) -> None:
        self._roles = [role for role in self._roles if role["id"] != number]
        self._save()

    def _save(self) -> None:
        self._store.set_meta("roles", self._roles)
