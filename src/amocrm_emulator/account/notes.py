"""Notes, calls and messages on cards."""

from typing import Any

from amocrm_emulator.account.core.kinds import SINGULAR
from amocrm_emulator.account.hooks.core import body
from amocrm_emulator.account.hooks.core.body import Change
from amocrm_emulator.account.records import Records
from amocrm_emulator.account.store import Doc
from amocrm_emulator.account.unit_of_work import UnitOfWork

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


class Notes:
    """What people write on cards."""

    def __init__(self, work: UnitOfWork, records: Records) -> None:
        self._work = work
        self._store = work.store
        self._records = records

    def add(
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
        """Add a note or a call to a card; raises KeyError when there is no such card."""
        with self._work.transaction():
            card = self._records.existing(kind, entity)
            responsible = responsible_user_id or card["responsible_user_id"]
            fields = {"responsible_user_id": responsible, "created_at": created_at}
            doc = self._records.new_doc(by, at, "notes", fields) | {
                "entity_id": entity,
                "note_type": note_type,
                "params": params,
                "is_pinned": False,
            }
            self._save(kind, doc)
            name = EVENT_OF_NOTE.get(note_type, "service_note_added")
            after = [{"note": {"id": doc["id"]}}]
            self._work.log(by, at, name, SINGULAR[kind], entity, after=after)
            if not quiet:
                account = self._work.account
                told = body.without_unix(
                    body.note_fields(kind, doc, account.hook_zone),
                    is_old=account.switches.lacks_unix_moments,
                )
                change = Change(f"note_{SINGULAR[kind]}", kind, "note", told)
                self._work.tell(change)
        return int(doc["id"])

    def change(self, by: int, at: int, kind: str, number: int, **fields: Any) -> Doc:
        """Change a note's params, or pin it; raises KeyError when there is no such note."""
        with self._work.transaction():
            new = self._records.changed(self._records.existing("notes", number), by, at, fields)
            self._save(kind, new)
        return new

    def delete(self, by: int, at: int, number: int) -> bool:
        """Throw a note away, as people do in the interface; calls and the like stay.

        The log tells of it, webhooks do not.
        """
        doc = self._store.entity("notes", number)
        if doc is None or doc["note_type"] != "common":
            return False
        kind = self._store.rows(
            "SELECT parent_kind FROM entity WHERE kind = 'notes' AND id = ?", number
        )[0][0]
        before = [{"note": {"id": number}}]
        with self._work.transaction():
            self._store.set_deleted("notes", number, deleted=True)
            self._work.log(by, at, "common_note_deleted", SINGULAR[kind], doc["entity_id"], before)
        return True

    def _save(self, kind: str, doc: Doc) -> None:
        columns = {
            "parent_kind": kind,
            "parent": doc["entity_id"],
            "subtype": doc["note_type"],
        }
        self._store.save("notes", doc, columns)
