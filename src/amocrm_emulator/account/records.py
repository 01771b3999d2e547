"""What every card, task and note has in common: its number, its authors, its moments."""

from amocrm_emulator.account.core.changes import card_changes
from amocrm_emulator.account.core.fields import reach, search_text
from amocrm_emulator.account.core.kinds import FIRST_ID, SINGULAR
from amocrm_emulator.account.reference.field_registry import FieldRegistry
from amocrm_emulator.account.reference.people import People
from amocrm_emulator.account.store import Doc
from amocrm_emulator.account.unit_of_work import UnitOfWork


class Records:
    """Documents of the account: begun, read, changed, written with what lists filter them by."""

    def __init__(self, work: UnitOfWork, people: People, fields: FieldRegistry) -> None:
        self._work = work
        self._store = work.store
        self._people = people
        self._fields = fields

    def existing(self, kind: str, number: int) -> Doc:
        """Return an entity; raises KeyError when there is none (or it lies in the bin)."""
        doc = self._store.entity(kind, number)
        if doc is None:
            raise KeyError(f"{kind} {number}")
        return doc

    def new_doc(self, by: int, at: int, kind: str, fields: Doc) -> Doc:
        """Return what every entity begins with; an import may date it back."""
        responsible = fields.get("responsible_user_id") or (
            by if by in self._people.users else self._people.owner()
        )
        created_at = fields.get("created_at") or at
        return {
            "id": self._store.next_id(kind, FIRST_ID[kind]),
            "responsible_user_id": responsible,
            "group_id": self._people.group_of(responsible),
            "created_by": by,
            "updated_by": by,
            "created_at": created_at,
            "updated_at": fields.get("updated_at") or at,
            "account_id": self._work.account.id,
        }

    def new_card(self, by: int, at: int, kind: str, name: str, fields: Doc) -> Doc:
        custom = fields.get("custom_fields_values") or self._fields.filled(
            kind, reach(fields.get("phone"), fields.get("email"))
        )
        return self.new_doc(by, at, kind, fields) | {
            "name": name,
            "closest_task_at": None,
            "is_deleted": False,
            "custom_fields_values": custom,
            "tags": fields.get("tags") or [],
        }

    def changed(self, old: Doc, by: int, at: int, fields: Doc) -> Doc:
        """Return a document with new values; `updated_at` never goes back."""
        new = old | fields | {"updated_by": by, "updated_at": max(at, old["updated_at"])}
        new["group_id"] = self._people.group_of(new["responsible_user_id"])
        return new

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
        self._store.save(kind, doc, columns)

    def touch(self, kind: str, number: int, by: int, at: int) -> Doc:
        new = self.changed(self.existing(kind, number), by, at, {})
        self.save(kind, new)
        return new

    def log_changes(self, kind: str, by: int, at: int, old: Doc, new: Doc) -> None:
        """Log what can change in any card: responsible, name, fields, tags."""
        for event, before, after in card_changes(old, new):
            self._work.log(by, at, event, SINGULAR[kind], new["id"], before, after)
