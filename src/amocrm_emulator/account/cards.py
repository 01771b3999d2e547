"""Contacts and companies; the recycle bin and merging of any cards."""

from typing import Any

from amocrm_emulator.account.core.kinds import SINGULAR
from amocrm_emulator.account.hooks.core import body
from amocrm_emulator.account.hooks.core.body import Change
from amocrm_emulator.account.links import Links
from amocrm_emulator.account.merging import Merging
from amocrm_emulator.account.records import Records
from amocrm_emulator.account.store import Doc
from amocrm_emulator.account.tasks import Tasks
from amocrm_emulator.account.unit_of_work import UnitOfWork
from amocrm_emulator.account.unsorted_requests import UnsortedRequests


class Cards:
    """What people do with the cards of customers, and with any card."""

    def __init__(
        self,
        work: UnitOfWork,
        records: Records,
        *,
        links: Links,
        tasks: Tasks,
        merging: Merging,
        requests: UnsortedRequests,
    ) -> None:
        self._work = work
        self._store = work.store
        self._records = records
        self._links = links
        self._tasks = tasks
        self._merging = merging
        self._requests = requests

    def add_contact(
        self, by: int, at: int, name: str, *, quiet: bool = False, **fields: Any
    ) -> int:
        """Add a contact; `phone` and `email` become its custom fields."""
        return self._add_card("contacts", by, at, name, fields, quiet=quiet)

    def add_company(
        self, by: int, at: int, name: str, *, quiet: bool = False, **fields: Any
    ) -> int:
        return self._add_card("companies", by, at, name, fields, quiet=quiet)

    def change(
        self, kind: str, by: int, at: int, number: int, *, quiet: bool = False, **fields: Any
    ) -> Doc:
        """Change a contact or a company; raises KeyError without one. Return the new state."""
        with self._work.transaction():
            old = self._records.existing(kind, number)
            new = self._records.changed(old, by, at, fields)
            self._records.save(kind, new)
            self._records.log_changes(kind, by, at, old, new)
            if not quiet:
                self._work.tell(*self._card_changes(kind, old, new))
        return new

    def _add_card(self, kind: str, by: int, at: int, name: str, fields: Doc, *, quiet: bool) -> int:
        doc = self._records.new_card(by, at, kind, name, fields)
        if kind == "contacts":
            doc |= {
                "first_name": fields.get("first_name", ""),
                "last_name": fields.get("last_name", ""),
                "is_unsorted": False,
            }
        company = fields.get("company")
        with self._work.transaction():
            self._records.save(kind, doc)
            single = SINGULAR[kind]
            self._work.log(
                by, at, f"{single}_added", single, doc["id"], after=[{"note": {"id": doc["id"]}}]
            )
            if company:
                self._links.put((kind, doc["id"]), ("companies", company))
            if not quiet:
                self._work.tell(self._card_change(kind, "add", doc, None))
        return int(doc["id"])

    def _card_changes(self, kind: str, old: Doc, new: Doc) -> list[Change]:
        """Return an update, and a change of the responsible user beside it."""
        changes = [self._card_change(kind, "update", new, old)]
        if old["responsible_user_id"] != new["responsible_user_id"]:
            changes.append(self._card_change(kind, "responsible", new, old))
        return changes

    def _card_change(self, kind: str, action: str, doc: Doc, old: Doc | None) -> Change:
        leads = [number for number, _main in self._store.links(kind, doc["id"], "leads")]
        fields = tuple(body.card_fields(kind, doc, leads, self._company_of(kind, doc), old))
        # Companies travel among contacts, except where the platform tells them apart by root.
        is_apart = action == "responsible" or self._work.account.switches.splits_companies
        root = kind if is_apart else "contacts"
        return Change(f"{action}_{SINGULAR[kind]}", root, action, fields)

    def _company_of(self, kind: str, doc: Doc) -> Doc | None:
        if kind != "contacts":
            return None
        linked = self._store.links(kind, doc["id"], "companies")
        return self._store.entity("companies", linked[0][0]) if linked else None

    def delete(self, by: int, at: int, kind: str, number: int, *, quiet: bool = False) -> bool:
        """Move a card or a task to the recycle bin, as a person does in the interface."""
        doc = self._store.entity(kind, number)
        if doc is None:
            return False
        new = self._records.changed(doc, by, at, {})
        with self._work.transaction():
            self._records.save(kind, new)
            self._store.set_deleted(kind, number, deleted=True)
            self._log_bin(by, at, kind, new, "deleted")
            if kind == "leads":
                self._requests.lead_vanished(number, at)
            if not quiet:
                self._work.tell(_delete_change(kind, new))
        return True

    def restore(self, by: int, at: int, kind: str, number: int, *, quiet: bool = False) -> bool:
        """Take a card back out of the recycle bin."""
        doc = self._store.binned(kind, number)
        if doc is None:
            return False
        new = self._records.changed(doc, by, at, {})
        with self._work.transaction():
            self._store.set_deleted(kind, number, deleted=False)
            self._records.save(kind, new)
            self._log_bin(by, at, kind, new, "restored")
            if not quiet:
                self._work.tell(*self._restore_changes(kind, new))
        return True

    def merge(self, by: int, at: int, kind: str, into: int, absorbed: int) -> Doc:
        """Join two cards of one kind: what hung on the second one moves, and it disappears."""
        if into == absorbed:
            raise KeyError(f"{kind} {into} twice")
        with self._work.transaction():
            self._records.existing(kind, into)
            self._records.existing(kind, absorbed)
            self._merging.move(kind, absorbed, into)
            self.delete(by, at, kind, absorbed)
            self._store.bury(kind, absorbed)
            self._work.log(by, at, "entity_merged", SINGULAR[kind], into)
            new = self._records.touch(kind, into, by, at)
            self._work.tell(self.whole_change(kind, "update", new))
        return new

    def _log_bin(self, by: int, at: int, kind: str, doc: Doc, word: str) -> None:
        single = SINGULAR[kind]
        self._work.log(by, at, f"{single}_{word}", single, doc["id"])
        if kind == "tasks":
            self._tasks.refresh_closest(doc)

    def _restore_changes(self, kind: str, doc: Doc) -> list[Change]:
        return [] if kind == "tasks" else [self.whole_change(kind, "restore", doc)]

    def whole_change(self, kind: str, action: str, doc: Doc) -> Change:
        if kind == "leads":
            return Change(f"{action}_lead", kind, action, tuple(body.lead_fields(doc)))
        return self._card_change(kind, action, doc, doc if action == "update" else None)


def _delete_change(kind: str, doc: Doc) -> Change:
    setting = f"delete_{SINGULAR[kind]}"
    if kind == "leads":
        names = ("id", "status_id", "pipeline_id")
        return Change(setting, kind, "delete", tuple((f"[{name}]", doc[name]) for name in names))
    root = "task" if kind == "tasks" else "contacts"
    return Change(setting, root, "delete", (("[id]", doc["id"]), ("[type]", SINGULAR[kind])))
