"""What every verb of the account needs: its state, the event log, the queue of webhooks."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from amocrm_emulator.account.clock import CrmClock
from amocrm_emulator.account.core.changes import card_changes
from amocrm_emulator.account.core.fields import reach, search_text
from amocrm_emulator.account.core.rights import everything
from amocrm_emulator.account.core.ulid import event_id
from amocrm_emulator.account.field_registry import FieldRegistry
from amocrm_emulator.account.hooks.core.body import Change, encode
from amocrm_emulator.account.role_registry import RoleRegistry
from amocrm_emulator.account.spec import LOST, WON
from amocrm_emulator.account.store import Doc, Store, text_of
from amocrm_emulator.account.switches import Switches
from amocrm_emulator.account.tag_registry import TagRegistry

SINGULAR = {
    "leads": "lead",
    "contacts": "contact",
    "companies": "company",
    "tasks": "task",
    "customers": "customer",
}
CARDS = ("leads", "contacts", "companies")
FIRST_ID = {
    "leads": 4_000_000,
    "contacts": 5_000_000,
    "companies": 6_000_000,
    "tasks": 8_000_000,
    "notes": 77_000_000,
    "customers": 7_000_000,
}
CHANGES_IN_A_BODY = 20

Card = tuple[str, int]
"""A kind in the plural and a number: ("leads", 1)."""


class CrmCore:
    """One account. Synchronous: the server and the team take turns in one thread."""

    def __init__(self, store: Store, clock: CrmClock) -> None:
        self.store = store
        self.clock = clock
        self.switches = Switches()
        self.account: Doc = store.meta("account")
        self.users: dict[int, Doc] = {user["id"]: user for user in store.meta("users")}
        self.groups: list[Doc] = store.meta("groups")
        self.pipelines: list[Doc] = store.meta("pipelines")
        self.fields = FieldRegistry(store, self.account["id"])
        self.tags = TagRegistry(store)
        self.roles = RoleRegistry(store)
        self.tokens: dict[str, int] = dict(store.meta("tokens"))
        self.zone = ZoneInfo(self.account["time_zone"])
        self._client: str | None = None
        self.base_url = f"https://{self.account['subdomain']}.amocrm.ru"
        self._told: list[Change] = []

    def offset(self) -> str:
        """Return the account's present distance from UTC: +03:00."""
        text = datetime.fromtimestamp(self.clock.now(), self.zone).strftime("%z")
        return f"{text[:3]}:{text[3:]}"

    @property
    def hook_zone(self) -> ZoneInfo:
        """Return whose clock the texts in webhooks follow."""
        return ZoneInfo(self.switches.hook_zone) if self.switches.hook_zone else self.zone

    def main_pipeline(self) -> Doc:
        return next((p for p in self.pipelines if p["is_main"]), self.pipelines[0])

    def first_status(self, pipeline: int) -> int:
        found = next(p for p in self.pipelines if p["id"] == pipeline)
        return int(found["statuses"][0]["id"])

    def has_status(self, pipeline: int, status: int) -> bool:
        found = next((p for p in self.pipelines if p["id"] == pipeline), None)
        if found is None:
            return False
        return status in {WON, LOST, pipeline * 100} | {s["id"] for s in found["statuses"]}

    def group_of(self, user: int | None) -> int:
        return int(self.users[user]["group"]) if user in self.users else 0

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Group many verbs into one commit; what they tell to hooks leaves with the commit."""
        if self.store.in_transaction:
            yield  # the outermost one commits, or undoes everything
            return
        try:
            with self.store.transaction():
                yield
                if self._told:
                    self._write_deliveries()
        except BaseException:
            self.reload()
            raise
        finally:
            self._told.clear()

    def reload(self) -> None:
        """Read the directories anew: what a failed transaction changed in memory is not true."""
        self.users = {user["id"]: user for user in self.store.meta("users")}
        self.pipelines = self.store.meta("pipelines")
        for book in (self.fields, self.tags, self.roles):
            book.reload()

    def add_event(  # noqa: PLR0917 -- the columns of the log, in its order
        self,
        by: int,
        at: int,
        kind: str,
        entity_type: str,
        entity_id: int,
        before: Sequence[Any] = (),
        after: Sequence[Any] = (),
        *,
        contact: int | None = None,
    ) -> str:
        """Append to the account's event log; `contact` is whose conversation it is about."""
        number = event_id(at, self.store.next_id("event", 0))
        doc: Doc = {
            "id": number,
            "type": kind,
            "entity_id": entity_id,
            "entity_type": entity_type,
            "created_by": by,
            "created_at": at,
            "value_after": after,
            "value_before": before,
            "account_id": self.account["id"],
        }
        if contact is not None:
            doc["linked_talk_contact_id"] = contact
        if self._client is not None:
            doc["oauth_client_uuid"] = self._client
        with self.transaction():
            self.store.run(
                "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?)",
                number,
                at,
                by,
                kind,
                entity_type,
                entity_id,
                text_of(doc),
            )
        return number

    @contextmanager
    def acting_through(self, client: str) -> Iterator[None]:
        """Mark the events of the block as made by an integration under somebody's name.

        The platform's documents do not show this field; readers of the log must do without it.
        """
        self._client = client
        try:
            yield
        finally:
            self._client = None

    def tell(self, changes: Sequence[Change]) -> None:
        """Queue webhooks about changes; they leave when the transaction ends."""
        self._told += changes

    def _write_deliveries(self) -> None:
        """Queue bodies for each hook that subscribed to any of the changes told so far."""
        for hook, settings in self.store.rows("SELECT id, settings FROM hook WHERE disabled = 0"):
            wanted = set(msgspec.json.decode(settings))
            heard = [change for change in self._told if change.setting in wanted]
            for start in range(0, len(heard), CHANGES_IN_A_BODY):
                part = heard[start : start + CHANGES_IN_A_BODY]
                number = self.store.next_id("delivery", 0)
                self.store.run(
                    "INSERT INTO delivery (id, hook, body, due, request_id) VALUES (?, ?, ?, ?, ?)",
                    number,
                    hook,
                    encode(self.account["id"], self.account["subdomain"], self.base_url, part),
                    self.clock.exact(),
                    str(UUID(int=number, version=4)),
                )

    def existing(self, kind: str, number: int) -> Doc:
        """Return an entity; KeyError when there is none (or it lies in the bin)."""
        doc = self.store.entity(kind, number)
        if doc is None:
            raise KeyError(f"{kind} {number}")
        return doc

    def save(self, kind: str, doc: Doc) -> None:
        """Write a card or a task with what lists filter it by."""
        if kind == "tasks":
            columns = {
                "parent_kind": doc["entity_type"],
                "parent": doc["entity_id"],
                "done": int(doc["is_completed"]),
                "till": doc["complete_till"],
                "subtype": str(doc["task_type_id"]),
            }
        else:
            columns = {"search": search_text(doc)}
        self.store.save(kind, doc, columns)

    def new_doc(self, by: int, at: int, kind: str, fields: Doc) -> Doc:
        """Return what every entity begins with; an import may date it back."""
        responsible = fields.get("responsible_user_id") or (
            by if by in self.users else self.owner()
        )
        created_at = fields.get("created_at") or at
        return {
            "id": self.store.next_id(kind, FIRST_ID[kind]),
            "responsible_user_id": responsible,
            "group_id": self.group_of(responsible),
            "created_by": by,
            "updated_by": by,
            "created_at": created_at,
            "updated_at": fields.get("updated_at") or at,
            "account_id": self.account["id"],
        }

    def new_card(self, by: int, at: int, kind: str, name: str, fields: Doc) -> Doc:
        custom = fields.get("custom_fields_values")
        custom = custom or self.fields.filled(kind, reach(fields.get("phone"), fields.get("email")))
        return self.new_doc(by, at, kind, fields) | {
            "name": name,
            "closest_task_at": None,
            "is_deleted": False,
            "custom_fields_values": custom,
            "tags": fields.get("tags") or [],
        }

    def owner(self) -> int:
        """Return the user on whose behalf the first token acts: the integration's owner."""
        return next(iter(self.tokens.values()), next(iter(self.users)))

    def changed(self, old: Doc, by: int, at: int, fields: Doc) -> Doc:
        """Return a document with new values; `updated_at` never goes back."""
        new = old | fields | {"updated_by": by, "updated_at": max(at, old["updated_at"])}
        new["group_id"] = self.group_of(new["responsible_user_id"])
        return new

    def touch(self, kind: str, number: int, by: int, at: int) -> Doc:
        new = self.changed(self.existing(kind, number), by, at, {})
        self.save(kind, new)
        return new

    def rights_of(self, user: int) -> Doc:
        """Return a user's rights: their role's, else their own, else everything."""
        doc = self.users[user]
        role = None if doc["is_admin"] else self.roles.find(doc.get("role"))
        own: Doc | None = None if doc["is_admin"] else doc.get("rights")
        rights: Doc = own or everything() if role is None else role["rights"]
        return rights

    def add_user(self, fields: Doc) -> Doc:
        number = self.store.next_id("user", max(self.users))
        self.users[number] = {"id": number} | fields
        self.store.set_meta("users", list(self.users.values()))
        return self.users[number]

    def change_user(self, number: int, **fields: Any) -> None:
        self.users[number] |= fields
        self.store.set_meta("users", list(self.users.values()))

    def set_link(self, source: Card, target: Card, *, is_main: bool = False) -> None:
        """Write a link in both directions: one company a card, one main contact a lead."""
        pair = {source[0]: source, target[0]: target}
        if "companies" in pair:
            other = target if source[0] == "companies" else source
            self._drop_links(other, "companies")
        if pair.keys() == {"leads", "contacts"}:
            source, target = pair["leads"], pair["contacts"]
            others = [
                main
                for number, main in self.store.links(*source, "contacts")
                if number != target[1]
            ]
            is_main = is_main or not any(others)
            if is_main:
                self.store.run(
                    "UPDATE link SET is_main = 0"
                    " WHERE from_kind = 'leads' AND from_id = ? AND to_kind = 'contacts'",
                    source[1],
                )
        for one, two, main in ((source, target, is_main), (target, source, False)):
            self.store.run(
                "INSERT OR REPLACE INTO link VALUES (?, ?, ?, ?, ?)", *one, *two, int(main)
            )

    def _drop_links(self, source: Card, kind: str) -> None:
        self.store.run(
            "DELETE FROM link WHERE from_kind = ? AND to_kind = ? AND to_id = ?",
            kind,
            *source,
        )
        self.store.run(
            "DELETE FROM link WHERE from_kind = ? AND from_id = ? AND to_kind = ?", *source, kind
        )

    def common_events(self, kind: str, by: int, at: int, old: Doc, new: Doc) -> None:
        """Log what can change in any card: responsible, name, fields, tags."""
        for event, before, after in card_changes(old, new):
            self.add_event(by, at, event, SINGULAR[kind], new["id"], before, after)
