"""Requests in Unsorted: what waits for somebody's decision, and how the waiting ends."""

from amocrm_emulator.account.hooks.core import chat_body
from amocrm_emulator.account.hooks.core.body import Change
from amocrm_emulator.account.records import Records
from amocrm_emulator.account.store import Doc
from amocrm_emulator.account.unit_of_work import UnitOfWork


class UnsortedRequests:
    """The waiting ones, by their number and by their lead."""

    def __init__(self, work: UnitOfWork, records: Records) -> None:
        self._work = work
        self._store = work.store
        self._records = records

    def add(self, row: Doc) -> None:
        with self._work.transaction():
            self._save(row)
            self._work.tell(_change("add", tuple(chat_body.unsorted_fields(row, row["cards"]))))

    def find(self, uid: str) -> Doc | None:
        docs = self._store.docs(
            "SELECT doc FROM entity WHERE kind = 'unsorted' AND search = ? AND deleted = 0", [uid]
        )
        return docs[0] if docs else None

    def end(self, row: Doc, action: str, at: int) -> None:
        """End the waiting: accepted, declined, or joined to a lead."""
        with self._work.transaction():
            self._save(row | {"updated_at": at, "ended": action})
            self._store.set_deleted("unsorted", row["id"], deleted=True)
            fields = chat_body.unsorted_end_fields(row, action, row["cards"])
            self._work.tell(_change("delete", tuple(fields)))

    def lead_left(self, lead: int, at: int) -> None:
        """End the request of a lead that somebody moved: its contact is nobody's guest any more."""
        row = self._of_lead(lead)
        if row is None:
            return
        with self._work.transaction():
            self.end(row, "accept", at)
            for number in row["cards"].get("contacts", ()):
                contact = self._store.entity("contacts", number)
                if contact is not None:
                    self._records.save("contacts", contact | {"is_unsorted": False})

    def lead_vanished(self, lead: int, at: int) -> None:
        """End the request of a lead that went to the bin."""
        row = self._of_lead(lead)
        if row is not None:
            self.end(row, "decline", at)

    def _of_lead(self, lead: int) -> Doc | None:
        docs = self._store.docs(
            "SELECT doc FROM entity WHERE kind = 'unsorted' AND deleted = 0"
            " AND EXISTS (SELECT 1 FROM json_each(doc, '$.cards.leads') WHERE value = ?)",
            [lead],
        )
        return docs[0] if docs else None

    def _save(self, row: Doc) -> None:
        self._store.save("unsorted", row, {"subtype": row["category"], "search": row["uid"]})


def _change(action: str, fields: tuple[tuple[str, object], ...]) -> Change:
    return Change(f"{action}_unsorted", "unsorted", action, fields)
