"""Unsorted leads: what came from forms, telephony and chats and waits for somebody's decision."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from amocrm_emulator.account.hooks.core import chat_body
from amocrm_emulator.account.hooks.core.body import Change
from amocrm_emulator.account.spec import ROBOT
from amocrm_emulator.account.store import Doc
from amocrm_emulator.account.talks import CrmTalks

CATEGORIES = ("sip", "mail", "forms", "chats")
Cards = Mapping[str, Sequence[int]]
_FIRST = 0
_SPACE = 3 << 100


class CrmUnsorted(CrmTalks):
    """What happens to leads before they are anybody's."""

    def add_unsorted(self, at: int, category: str, cards: Cards, **fields: Any) -> Doc:
        """Add an unsorted lead around cards that were made for it; return its state."""
        number = self.store.next_id("unsorted", _FIRST)
        row: Doc = {
            "id": number,
            "uid": UUID(int=_SPACE | number, version=4).hex,
            "source_uid": fields.get("source_uid"),
            "source_name": fields.get("source_name"),
            "category": category,
            "pipeline_id": fields["pipeline_id"],
            "created_at": fields.get("created_at") or at,
            "updated_at": at,
            "metadata": fields.get("metadata") or {},
            "account_id": self.account["id"],
            "cards": {kind: list(numbers) for kind, numbers in cards.items()},
        }
        with self.transaction():
            for contact in cards.get("contacts", ()):
                self.save("contacts", self.existing("contacts", contact) | {"is_unsorted": True})
            self._save_unsorted(row)
            self.tell([_change("add", tuple(chat_body.unsorted_fields(row, row["cards"])))])
        return row

    def unsorted_stage(self, pipeline: int) -> int:
        """Return the stage where unsorted leads of a pipeline stand."""
        return pipeline * 100

    def find_unsorted(self, uid: str) -> Doc | None:
        docs = self.store.docs(
            "SELECT doc FROM entity WHERE kind = 'unsorted' AND search = ? AND deleted = 0", [uid]
        )
        return docs[0] if docs else None

    def accept_unsorted(
        self, by: int, at: int, row: Doc, *, user: int | None, status: int | None
    ) -> None:
        """Let a lead into a stage under somebody's responsibility."""
        with self.transaction():
            for lead in row["cards"].get("leads", ()):
                self.change_lead(
                    by,
                    at,
                    lead,
                    quiet=True,
                    pipeline_id=row["pipeline_id"],
                    status_id=status or self.first_status(row["pipeline_id"]),
                    responsible_user_id=user or by,
                )
                self.tell([self._whole_change("leads", "add", self.existing("leads", lead))])
            for contact in self._present(row, "contacts"):
                self.change_card(
                    "contacts", by, at, contact, is_unsorted=False, responsible_user_id=user or by
                )
            self._end_unsorted(row, "accept", at)

    def decline_unsorted(self, by: int, at: int, row: Doc) -> None:
        """Send a lead and what came with it to the recycle bin."""
        with self.transaction():
            for kind in ("leads", "contacts", "companies"):
                for number in row["cards"].get(kind, ()):
                    self.delete(by, at, kind, number, quiet=True)
            self._end_unsorted(row, "decline", at)

    def link_unsorted(self, by: int, at: int, row: Doc, lead: int) -> None:
        """Join a chat that waits to a lead that exists already."""
        with self.transaction():
            for contact in self._present(row, "contacts"):
                self.change_card("contacts", by, at, contact, is_unsorted=False)
                self.link(by, at, ("leads", lead), ("contacts", contact))
            for number in row["cards"].get("leads", ()):
                self.delete(by, at, "leads", number, quiet=True)
            self._end_unsorted(row, "link", at)

    def chat_from_stranger(self, at: int, name: str, text: str, *, origin: str) -> Doc:
        """Let an unknown customer write: a contact, a message and an unsorted lead of chats."""
        with self.transaction():
            pipeline = int(self.main_pipeline()["id"])
            contact = self.add_contact(ROBOT, at, name, quiet=True)
            lead = self.add_lead(
                ROBOT,
                at,
                "",
                contacts=(contact,),
                quiet=True,
                pipeline_id=pipeline,
                status_id=self.unsorted_stage(pipeline),
            )
            message = self.message(ROBOT, at, contact, text, is_incoming=True, origin=origin)
            metadata = {
                "from": name,
                "from_page": "",
                "received_at": at,
                "origin": {"name": origin},
                "service": origin,
                "client": {"name": name},
                "last_message_text": text,
            }
            return self.add_unsorted(
                at,
                "chats",
                {"leads": [lead], "contacts": [contact]},
                pipeline_id=pipeline,
                metadata=metadata,
                source_name=origin,
                source_uid=message["chat_id"],
            )

    def _present(self, row: Doc, kind: str) -> list[int]:
        numbers = row["cards"].get(kind, ())
        return [number for number in numbers if self.store.entity(kind, number) is not None]

    def _end_unsorted(self, row: Doc, action: str, at: int) -> None:
        ended = row | {"updated_at": at, "ended": action}
        self._save_unsorted(ended)
        self.store.set_deleted("unsorted", row["id"], deleted=True)
        fields = chat_body.unsorted_end_fields(row, action, row["cards"])
        self.tell([_change("delete", tuple(fields))])

    def _save_unsorted(self, row: Doc) -> None:
        self.store.save("unsorted", row, {"subtype": row["category"], "search": row["uid"]})


def _change(action: str, fields: tuple[tuple[str, object], ...]) -> Change:
    return Change(f"{action}_unsorted", "unsorted", action, fields)
