"""Tasks: their deadlines, their results, what their changes leave behind."""

from typing import Any

from amocrm_emulator.account.core.kinds import CARDS
from amocrm_emulator.account.hooks.core import body
from amocrm_emulator.account.hooks.core.body import Change
from amocrm_emulator.account.records import Records
from amocrm_emulator.account.store import Doc
from amocrm_emulator.account.unit_of_work import UnitOfWork


class Tasks:
    """What people do with tasks."""

    def __init__(self, work: UnitOfWork, records: Records) -> None:
        self._work = work
        self._store = work.store
        self._records = records

    def add(
        self, by: int, at: int, text: str, till: int, *, quiet: bool = False, **fields: Any
    ) -> int:
        """Add a task with deadline `till`; return its number."""
        doc = self._records.new_doc(by, at, "tasks", fields) | {
            "entity_id": fields.get("entity_id"),
            "entity_type": fields.get("entity_type"),
            "duration": fields.get("duration") or 0,
            "is_completed": bool(fields.get("is_completed")),
            "task_type_id": fields.get("task_type_id") or 1,
            "text": text,
            "result": fields.get("result") or [],
            "complete_till": till,
        }
        with self._work.transaction():
            self._records.save("tasks", doc)
            self.refresh_closest(doc)
            self._work.log(by, at, "task_added", "task", doc["id"])
            if doc["is_completed"]:
                self._work.log(by, at, "task_completed", "task", doc["id"])
            if not quiet:
                self._work.tell(self._task_change("add", doc))
        return int(doc["id"])

    def change(self, by: int, at: int, number: int, *, quiet: bool = False, **fields: Any) -> Doc:
        """Change a task; completing and its result are changes too. Raises KeyError."""
        with self._work.transaction():
            old = self._records.existing("tasks", number)
            new = self._records.changed(old, by, at, fields)
            self._records.save("tasks", new)
            for state in (old, new) if _card(old) != _card(new) else (new,):
                self.refresh_closest(state)
            self._task_events(by, at, old, new)
            if not quiet:
                self._work.tell(*self._task_changes(old, new))
        return new

    def complete(self, by: int, at: int, number: int, result: str, *, quiet: bool = False) -> Doc:
        return self.change(by, at, number, quiet=quiet, is_completed=True, result={"text": result})

    def refresh_closest(self, task: Doc) -> None:
        """Give the card of a task the deadline of its nearest open task."""
        kind, number = task["entity_type"], task["entity_id"]
        card = self._store.entity(kind, number) if kind in CARDS and number else None
        if card is None:
            return
        # Without a hint SQLite prefers to walk all tasks in the order of the primary key.
        found = self._store.row(
            "SELECT min(till) FROM entity INDEXED BY entity_parent"
            " WHERE kind = 'tasks' AND parent_kind = ? AND parent = ?"
            " AND done = 0 AND deleted = 0",
            kind,
            number,
        )
        nearest = found[0] if found else None
        if card.get("closest_task_at") != nearest:
            self._records.save(kind, card | {"closest_task_at": nearest})

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
                self._work.log(by, at, event, "task", number, before, after)
        if new["result"] and old["result"] != new["result"]:
            after = [{"note": {"id": number}}]
            self._work.log(by, at, "task_result_added", "task", number, after=after)
        if new["is_completed"] and not old["is_completed"]:
            self._work.log(by, at, "task_completed", "task", number)

    def _task_changes(self, old: Doc, new: Doc) -> list[Change]:
        """Return an update, and a change of the responsible user beside it."""
        is_closed = new["is_completed"] and not old["is_completed"]
        changes = [self._task_change("update", new, {"action_close": 1} if is_closed else None)]
        if old["responsible_user_id"] != new["responsible_user_id"]:
            changes.append(self._task_change("responsible", new))
        return changes

    def _task_change(self, action: str, doc: Doc, extra: dict[str, object] | None = None) -> Change:
        fields = body.without_unix(
            body.task_fields(doc, self._work.account.hook_zone, extra),
            is_old=self._work.account.switches.lacks_unix_moments,
        )
        is_joined = action == "responsible" and self._work.account.switches.joins_task_responsible
        return Change(f"{action}_task", "task", "update" if is_joined else action, fields)


def _card(task: Doc) -> tuple[object, object]:
    return task["entity_type"], task["entity_id"]
