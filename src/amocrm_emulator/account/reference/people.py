"""The people of the account: who they are, what they may, for whom plain tokens act."""

from typing import Any

from amocrm_emulator.account.core.rights import everything
from amocrm_emulator.account.reference.role_registry import RoleRegistry
from amocrm_emulator.account.store import Doc, Store


class People:
    """Users and their groups, kept in the account's file; `tokens` are long-lived ones."""

    def __init__(self, store: Store, roles: RoleRegistry) -> None:
        self._store = store
        self._roles = roles
        self.reload()

    def reload(self) -> None:
        """Forget what was not committed."""
        self.users: dict[int, Doc] = {user["id"]: user for user in self._store.meta("users")}
        self.groups: list[Doc] = self._store.meta("groups")
        self.tokens: dict[str, int] = dict(self._store.meta("tokens"))

    def owner(self) -> int:
        """Return the user on whose behalf the first token acts: the integration's owner."""
        return next(iter(self.tokens.values()), next(iter(self.users)))

    def group_of(self, user: int | None) -> int:
        return int(self.users[user]["group"]) if user in self.users else 0

    def rights_of(self, user: int) -> Doc:
        """Return a user's rights: their role's, else their own, else everything."""
        doc = self.users[user]
        role = None if doc["is_admin"] else self._roles.find(doc.get("role"))
        own: Doc | None = None if doc["is_admin"] else doc.get("rights")
        rights: Doc = own or everything() if role is None else role["rights"]
        return rights

    def add(self, fields: Doc) -> Doc:
        number = self._store.next_id("user", max(self.users))
        self.users[number] = {"id": number} | fields
        self._save()
        return self.users[number]

    def change(self, number: int, **fields: Any) -> None:
        self.users[number] |= fields
        self._save()

    def _save(self) -> None:
        self._store.set_meta("users", list(self.users.values()))
