"""Unsorted leads: what came from forms, telephony and chats and waits for somebody's decision."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from amocrm_emulator.account.cards import Cards
from amocrm_emulator.account.leads import Leads
from amocrm_emulator.account.links import Links
from amocrm_emulator.account.records import Records
from amocrm_emulator.account.reference.pipelines import Pipelines
from amocrm_emulator.account.spec import ROBOT
from amocrm_emulator.account.store import Doc
from amocrm_emulator.account.talks import Talks
from amocrm_emulator.account.unit_of_work import UnitOfWork
from amocrm_emulator.account.unsorted_requests import UnsortedRequests

CATEGORIES = ("sip", "mail", "forms", "chats")
CardNumbers = Mapping[str, Sequence[int]]
_FIRST = 0
_SPACE = 3 << 100


class UnsortedLeads:
    """What happens to leads before they are anybody's."""

    def __init__(
        self,
        work: UnitOfWork,
        records: Records,
        *,
        leads: Leads,
        cards: Cards,
        links: Links,
        talks: Talks,
        pipelines: Pipelines,
        requests: UnsortedRequests,
    ) -> None:
        self._work = work
        self._store = work.store
        self._records = records
        self._leads = leads
        self._cards = cards
        self._links = links
        self._talks = talks
        self._pipelines = pipelines
        self._requests = requests

    def add(self, at: int, category: str, cards: CardNumbers, **fields: Any) -> Doc:
        """Add an unsorted lead around cards that were made for it; return its state."""
        number = self._store.next_id("unsorted", _FIRST)
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
            "account_id": self._work.account.id,
            "cards": {kind: list(numbers) for kind, numbers in cards.items()},
        }
        with self._work.transaction():
            for contact in cards.get("contacts", ()):
                self._records.save(
                    "contacts", self._records.existing("contacts", contact) | {"is_unsorted": True}
                )
            self._requests.add(row)
        return row

    def find(self, uid: str) -> Doc | None:
        return self._requests.find(uid)

    def accept(self, by: int, at: int, row: Doc, *, user: int | None, status: int | None) -> None:
        """Let a lead into a stage under somebody's responsibility."""
        with self._work.transaction():
            self._requests.end(row, "accept", at)
            for lead in row["cards"].get("leads", ()):
                self._leads.change(
                    by,
                    at,
                    lead,
                    quiet=True,
                    pipeline_id=row["pipeline_id"],
                    status_id=status or self._pipelines.first_status(row["pipeline_id"]),
                    responsible_user_id=user or by,
                )
                self._work.tell(
                    self._cards.whole_change("leads", "add", self._records.existing("leads", lead))
                )
            for contact in self._present(row, "contacts"):
                self._cards.change(
                    "contacts", by, at, contact, is_unsorted=False, responsible_user_id=user or by
                )

    def decline(self, by: int, at: int, row: Doc) -> None:
        """Send a lead and what came with it to the recycle bin."""
        with self._work.transaction():
            self._requests.end(row, "decline", at)
            for kind in ("leads", "contacts", "companies"):
                for number in row["cards"].get(kind, ()):
                    self._cards.delete(by, at, kind, number, quiet=True)

    def link(self, by: int, at: int, row: Doc, lead: int) -> None:
        """Join a chat that waits to a lead that exists already."""
        with self._work.transaction():
            self._requests.end(row, "link", at)
            for contact in self._present(row, "contacts"):
                self._cards.change("contacts", by, at, contact, is_unsorted=False)
                self._links.add(by, at, ("leads", lead), ("contacts", contact))
            for number in row["cards"].get("leads", ()):
                self._cards.delete(by, at, "leads", number, quiet=True)

    def chat_from_stranger(self, at: int, name: str, text: str, *, origin: str) -> Doc:
        """Let an unknown customer write: a contact, a message and an unsorted lead of chats."""
        with self._work.transaction():
            pipeline = int(self._pipelines.main()["id"])
            contact = self._cards.add_contact(ROBOT, at, name, quiet=True)
            lead = self._leads.add(
                ROBOT,
                at,
                "",
                contacts=(contact,),
                quiet=True,
                pipeline_id=pipeline,
                status_id=self._pipelines.unsorted_stage(pipeline),
            )
            message = self._talks.write(ROBOT, at, contact, text, is_incoming=True, origin=origin)
            metadata = {
                "from": name,
                "from_page": "",
                "received_at": at,
                "origin": {"name": origin},
                "service": origin,
                "client": {"name": name},
                "last_message_text": text,
            }
            return self.add(
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
        return [number for number in numbers if self._store.entity(kind, number) is not None]
