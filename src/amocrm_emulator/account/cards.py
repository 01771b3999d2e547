"""Contacts, companies, links between cards, the recycle bin."""

from typing import Any

from amocrm_emulator.account.base import SINGULAR, Card
from amocrm_emulator.account.hooks.core import body
from amocrm_emulator.account.hooks.core.body import Change
from amocrm_emulator.account.store import Doc
from amocrm_emulator.account.work import CrmWork


class CrmCards(CrmWork):
    """What people do with the cards of customers, and with any card."""

    def add_contact(
        self, by: int, at: int, name: str, *, quiet: bool = False, **fields: Any
    ) -> int:
        """Add a contact; `phone` and `email` become its custom fields."""
        return self._add_card("contacts", by, at, name, fields, quiet=quiet)

    def add_company(
        self, by: int, at: int, name: str, *, quiet: bool = False, **fields: Any
    ) -> int:
        return self._add_card("companies", by, at, name, fields, quiet=quiet)

    def change_card(
        self, kind: str, by: int, at: int, number: int, *, quiet: bool = False, **fields: Any
    ) -> Doc:
        """Change a contact or a company; KeyError when there is none. Return the new state."""
        with self.transaction():
            old = self.existing(kind, number)
            new = self.changed(old, by, at, fields)
            self.save(kind, new)
            self.common_events(kind, by, at, old, new)
            if not quiet:
                self.tell(self._card_changes(kind, old, new))
        return new

    def _add_card(self, kind: str, by: int, at: int, name: str, fields: Doc, *, quiet: bool) -> int:
        doc = self.new_card(by, at, kind, name, fields)
        if kind == "contacts":
            doc |= {
                "first_name": fields.get("first_name", ""),
                "last_name": fields.get("last_name", ""),
                "is_unsorted": False,
            }
        company = fields.get("company")
        with self.transaction():
            self.save(kind, doc)
            single = SINGULAR[kind]
            self.add_event(
                by, at, f"{single}_added", single, doc["id"], after=[{"note": {"id": doc["id"]}}]
            )
            if company:
                self.set_link((kind, doc["id"]), ("companies", company))
            if not quiet:
                self.tell([self._card_change(kind, "add", doc, None)])
        return int(doc["id"])

    def add_customer(self, by: int, at: int, fields: Doc) -> int:
        """Add a customer of repeated sales."""
        doc = self.new_card(by, at, "customers", fields["name"], fields)
        doc |= {
            "next_price": 0,
            "next_date": None,
            "status_id": 1,
            "periodicity": 0,
            "ltv": 0,
            "purchases_count": 0,
            "average_check": 0,
        }
        doc |= fields
        number = int(doc["id"])
        with self.transaction():
            self.save("customers", doc)
            after = [{"note": {"id": number}}]
            self.add_event(by, at, "customer_added", "customer", number, after=after)
        return number

    def change_customer(self, by: int, at: int, number: int, fields: Doc) -> Doc:
        """Change a customer; KeyError when there is none."""
        with self.transaction():
            old = self.existing("customers", number)
            new = self.changed(old, by, at, fields)
            self.save("customers", new)
            self.common_events("customers", by, at, old, new)
            if old["status_id"] != new["status_id"]:
                before, after = (
                    [{"customer_status": {"id": doc["status_id"]}}] for doc in (old, new)
                )
                self.add_event(by, at, "customer_status_changed", "customer", number, before, after)
        return new

    def _card_changes(self, kind: str, old: Doc, new: Doc) -> list[Change]:
        """Return an update, and a change of the responsible user beside it."""
        changes = [self._card_change(kind, "update", new, old)]
        if old["responsible_user_id"] != new["responsible_user_id"]:
            changes.append(self._card_change(kind, "responsible", new, old))
        return changes

    def _card_change(self, kind: str, action: str, doc: Doc, old: Doc | None) -> Change:
        leads = [number for number, _main in self.store.links(kind, doc["id"], "leads")]
        fields = tuple(body.card_fields(kind, doc, leads, self._company_of(kind, doc), old))
        # Companies travel among contacts, except where the platform tells them apart by root.
        is_apart = action == "responsible" or self.switches.splits_companies
        root = kind if is_apart else "contacts"
        return Change(f"{action}_{SINGULAR[kind]}", root, action, fields)

    def _company_of(self, kind: str, doc: Doc) -> Doc | None:
        if kind != "contacts":
            return None
        linked = self.store.links(kind, doc["id"], "companies")
        return self.store.entity("companies", linked[0][0]) if linked else None

    def link(self, by: int, at: int, source: Card, target: Card, *, is_main: bool = False) -> None:
        """Link two cards, e.g. ("leads", 1) and ("contacts", 2); KeyError when one is absent."""
        with self.transaction():
            self.existing(*source)
            self.existing(*target)
            self.set_link(source, target, is_main=is_main)
            after = [{"link": {"entity": {"type": SINGULAR[target[0]], "id": target[1]}}}]
            self.add_event(by, at, "entity_linked", SINGULAR[source[0]], source[1], after=after)
            self.touch(source[0], source[1], by, at)

    def unlink(self, by: int, at: int, source: Card, target: Card) -> None:
        """Part two cards; KeyError when the first is absent."""
        with self.transaction():
            self.existing(*source)
            for one, two in ((source, target), (target, source)):
                self.store.run(
                    "DELETE FROM link"
                    " WHERE from_kind = ? AND from_id = ? AND to_kind = ? AND to_id = ?",
                    *one,
                    *two,
                )
            before = [{"unlink": {"entity": {"type": SINGULAR[target[0]], "id": target[1]}}}]
            self.add_event(by, at, "entity_unlinked", SINGULAR[source[0]], source[1], before=before)
            self.touch(source[0], source[1], by, at)

    def delete(self, by: int, at: int, kind: str, number: int, *, quiet: bool = False) -> bool:
        """Move a card or a task to the recycle bin, as a person does in the interface."""
        doc = self.store.entity(kind, number)
        if doc is None:
            return False
        new = self.changed(doc, by, at, {})
        with self.transaction():
            self.save(kind, new)
            self.store.set_deleted(kind, number, deleted=True)
            self._log_bin(by, at, kind, new, "deleted")
            if not quiet:
                self.tell([_delete_change(kind, new)])
        return True

    def restore(self, by: int, at: int, kind: str, number: int, *, quiet: bool = False) -> bool:
        """Take a card back out of the recycle bin."""
        doc = self.store.binned(kind, number)
        if doc is None:
            return False
        new = self.changed(doc, by, at, {})
        with self.transaction():
            self.store.set_deleted(kind, number, deleted=False)
            self.save(kind, new)
            self._log_bin(by, at, kind, new, "restored")
            if not quiet:
                self.tell(self._restore_changes(kind, new))
        return True

    def merge(self, by: int, at: int, kind: str, into: int, absorbed: int) -> Doc:
        """Join two cards of one kind: links and notes move, the second one disappears."""
        with self.transaction():
            self.existing(kind, into)
            self.existing(kind, absorbed)
            for other in ("leads", "contacts", "companies"):
                for target, is_main in self.store.links(kind, absorbed, other):
                    self.set_link((kind, into), (other, target), is_main=is_main)
            self.store.run(
                "UPDATE entity SET parent = ? WHERE kind = 'notes' AND parent_kind = ?"
                " AND parent = ?",
                into,
                kind,
                absorbed,
            )
            self.delete(by, at, kind, absorbed)
            self.add_event(by, at, "entity_merged", SINGULAR[kind], into)
            new = self.touch(kind, into, by, at)
            self.tell([self._whole_change(kind, "update", new)])
        return new

    def _log_bin(self, by: int, at: int, kind: str, doc: Doc, word: str) -> None:
        single = SINGULAR[kind]
        self.add_event(by, at, f"{single}_{word}", single, doc["id"])
        if kind == "tasks":
            self.refresh_closest_task(doc)

    def _restore_changes(self, kind: str, doc: Doc) -> list[Change]:
        return [] if kind == "tasks" else [self._whole_change(kind, "restore", doc)]

    def _whole_change(self, kind: str, action: str, doc: Doc) -> Change:
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
