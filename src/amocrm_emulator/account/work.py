"""Tasks, notes, calls and messages of the account."""

from typing import Any

from amocrm_emulator.account.base import CARDS, SINGULAR, CrmCore
from amocrm_emulator.account.hooks.core import body
from amocrm_emulator.account.hooks.core.body import Change
from amocrm_emulator.account.store import Doc

EVENT_OF_NOTE = {
    "common": "common_note_added",
    "call_in": "incoming_call",
    "call_out": "outgoing_call",
    "sms_in": "incoming_sms",
    "sms_out": "outgoing_sms",
    "service_message": "service_note_added",
    "extended_service_message": "service_note_added",
    "attachment": "attachment_note_added",
    "geolocation": "geo_note_added",
    "message_cashier": "message_to_cashier_note_added",
}

UNIX = frozenset(
    (
        "[created_at]",
        "[updated_at]",
        "[complete_before]",
        "[note][created_at]",
        "[note][updated_at]",
    )
)


class CrmWork(CrmCore):
    """What people do around the cards."""

    def add_task(
        self, by: int, at: int, text: str, till: int, *, quiet: bool = False, **fields: Any
    ) -> int:
        """Add a task with deadline `till`; return its number."""
        doc = self.new_doc(by, at, "tasks", fields) | {
            "entity_id": fields.get("entity_id"),
            "entity_type": fields.get("entity_type"),
            "duration": fields.get("duration") or 0,
            "is_completed": bool(fields.get("is_completed")),
            "task_type_id": fields.get("task_type_id") or 1,
            "text": text,
            "result": fields.get("result") or [],
            "complete_till": till,
        }
        with self.transaction():
            self.save("tasks", doc)
            self.refresh_closest_task(doc)
            self.add_event(by, at, "task_added", "task", doc["id"])
            if doc["is_completed"]:
                self.add_event(by, at, "task_completed", "task", doc["id"])
            if not quiet:
                self.tell([self._task_change("add", doc)])
        return int(doc["id"])

    def change_task(
        self, by: int, at: int, number: int, *, quiet: bool = False, **fields: Any
    ) -> Doc:
        """Change a task; completing and its result are changes too. KeyError: no such task."""
        with self.transaction():
            old = self.existing("tasks", number)
            new = self.changed(old, by, at, fields)
            self.save("tasks", new)
            for state in (old, new) if _card(old) != _card(new) else (new,):
                self.refresh_closest_task(state)
            self._task_events(by, at, old, new)
            if not quiet:
                self.tell(self._task_changes(old, new))
        return new

    def complete_task(
        self, by: int, at: int, number: int, result: str, *, quiet: bool = False
    ) -> Doc:
        return self.change_task(
            by, at, number, quiet=quiet, is_completed=True, result={"text": result}
        )

    def add_note(
        self,
        by: int,
        at: int,
        kind: str,
        entity: int,
        note_type: str,
        params: Doc,
        *,
        responsible_user_id: int | None = None,
        created_at: int | None = None,
        quiet: bool = False,
    ) -> int:
        """Add a note or a call to a card; KeyError when there is no such card."""
        with self.transaction():
            card = self.existing(kind, entity)
            responsible = responsible_user_id or card["responsible_user_id"]
            fields = {"responsible_user_id": responsible, "created_at": created_at}
            doc = self.new_doc(by, at, "notes", fields) | {
                "entity_id": entity,
                "note_type": note_type,
                "params": params,
                "is_pinned": False,
            }
            self._save_note(kind, doc)
            name = EVENT_OF_NOTE.get(note_type, "service_note_added")
            after = [{"note": {"id": doc["id"]}}]
            self.add_event(by, at, name, SINGULAR[kind], entity, after=after)
            if not quiet:
                told = self._plain(body.note_fields(kind, doc, self.hook_zone))
                change = Change(f"note_{SINGULAR[kind]}", kind, "note", told)
                self.tell([change])
        return int(doc["id"])

    def change_note(self, by: int, at: int, kind: str, number: int, **fields: Any) -> Doc:
        """Change a note's params, or pin it; KeyError when there is no such note."""
        with self.transaction():
            new = self.changed(self.existing("notes", number), by, at, fields)
            self._save_note(kind, new)
        return new

    def delete_note(self, by: int, at: int, number: int) -> bool:
        """Throw a note away, as people do in the interface; calls and the like stay.

        The log tells of it, webhooks do not.
        """
        doc = self.store.entity("notes", number)
        if doc is None or doc["note_type"] != "common":
            return False
        kind = self.store.rows(
            "SELECT parent_kind FROM entity WHERE kind = 'notes' AND id = ?", number
        )[0][0]
        before = [{"note": {"id": number}}]
        with self.transaction():
            self.store.set_deleted("notes", number, deleted=True)
            self.add_event(by, at, "common_note_deleted", SINGULAR[kind], doc["entity_id"], before)
        return True

    def _save_note(self, kind: str, doc: Doc) -> None:
        columns = {
            "parent_kind": kind,
            "parent": doc["entity_id"],
            "subtype": doc["note_type"],
        }
        self.store.save("notes", doc, columns)

    def refresh_closest_task(self, task: Doc) -> None:
        """Give the card of a task the deadline of its nearest open task."""
        kind, number = task["entity_type"], task["entity_id"]
        card = self.store.entity(kind, number) if kind in CARDS and number else None
        if card is None:
            return
        # Without a hint SQLite prefers to walk all tasks in the order of the primary key.
        found = self.store.row(
            "SELECT min(till) FROM entity INDEXED BY entity_parent"
            " WHERE kind = 'tasks' AND parent_kind = ? AND parent = ?"
            " AND done = 0 AND deleted = 0",
            kind,
            number,
        )
        nearest = found[0] if found else None
        if card.get("closest_task_at") != nearest:
            self.save(kind, card | {"closest_task_at": nearest})

    def _task_events(self, by: int, at: int, old: Doc, new: Doc) -> None:
        number = new["id"]
        for field, event, key, inner in (
            ("text", "task_text_changed", "task", "text"),
            ("task_type_id", "task_type_changed", "task_type", "id"),
            ("complete_till", "task_deadline_changed", "task_deadline", "timestamp"),
            ("responsible_user_id", "entity_responsible_changed", "responsible_user", "id"),
        ):
            if old[field] != new[field]:
                before, after = [{key: {inner: old[field]}}], [{key: {inner: new[field]}}]
                self.add_event(by, at, event, "task", number, before, after)
        if new["result"] and old["result"] != new["result"]:
            after = [{"note": {"id": number}}]
            self.add_event(by, at, "task_result_added", "task", number, after=after)
        if new["is_completed"] and not old["is_completed"]:
            self.add_event(by, at, "task_completed", "task", number)

    def _task_changes(self, old: Doc, new: Doc) -> list[Change]:
        """Return an update, and a change of the responsible user beside it."""
        is_closed = new["is_completed"] and not old["is_completed"]
        changes = [self._task_change("update", new, {"action_close": 1} if is_closed else None)]
        if old["responsible_user_id"] != new["responsible_user_id"]:
            changes.append(self._task_change("responsible", new))
        return changes

    def _task_change(self, action: str, doc: Doc, extra: dict[str, object] | None = None) -> Change:
        fields = self._plain(body.task_fields(doc, self.hook_zone, extra))
        is_joined = action == "responsible" and self.switches.joins_task_responsible
        return Change(f"{action}_task", "task", "update" if is_joined else action, fields)

    def _plain(self, fields: body.Pairs) -> tuple[tuple[str, object], ...]:
        """Return the fields of a body, without the moments that old bodies do not have."""
        is_old = self.switches.lacks_unix_moments
        return tuple((name, told) for name, told in fields if not (is_old and name in UNIX))


def _card(task: Doc) -> tuple[object, object]:
    return task["entity_type"], task["entity_id"]
