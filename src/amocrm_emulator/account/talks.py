"""Chats: conversations with customers, their messages, what both leave in the log and in hooks."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from amocrm_emulator.account.core.kinds import SINGULAR
from amocrm_emulator.account.hooks.core import chat_body
from amocrm_emulator.account.hooks.core.body import Change
from amocrm_emulator.account.records import Records
from amocrm_emulator.account.reference.people import People
from amocrm_emulator.account.spec import ROBOT
from amocrm_emulator.account.store import Doc
from amocrm_emulator.account.unit_of_work import UnitOfWork

_FIRST_TALK, _FIRST_MESSAGE = 1_000, 0
_CHAT = 1 << 100


class Talks:
    """What customers and people do in chats."""

    def __init__(self, work: UnitOfWork, records: Records, people: People) -> None:
        self._work = work
        self._store = work.store
        self._records = records
        self._people = people
        self._open_talks: dict[tuple[int, str], Doc] = {}

    def reload(self) -> None:
        """Forget what was not committed."""
        self._open_talks.clear()

    def write(
        self,
        by: int,
        at: int,
        contact: int,
        text: str,
        *,
        is_incoming: bool,
        origin: str = "telegram",
        quiet: bool = False,
    ) -> Doc:
        """Write a message in the contact's conversation, opening one when there is none.

        What the customer writes has no author among the people. A quiet message is only logged:
        the past is written by thousands. Raises KeyError: no such contact.
        """
        author = ROBOT if is_incoming else by
        with self._work.transaction():
            talk = self._talk_of(at, contact, origin, quiet=quiet)
            number = self._store.next_id("message", _FIRST_MESSAGE)
            message: Doc = {
                "id": number,
                "uuid": f"00000000-0000-4000-8003-{number:012d}",
                "talk_id": talk["talk_id"],
                "chat_id": talk["chat_id"],
                "contact_id": contact,
                "text": text,
                "created_at": at,
                "updated_at": at,
                "author": author,
                "type": "incoming" if is_incoming else "outgoing",
                "origin": origin,
                "entity_id": talk["entity_id"],
                "entity_type": talk["entity_type"],
            }
            if not quiet:
                self._keep_message(message, talk)
            self._log_message(
                ROBOT if self._work.account.switches.hides_writers else author, at, message
            )
            if not quiet:
                self._work.tell(*self._message_changes(message, talk))
        return message

    def _keep_message(self, message: Doc, talk: Doc) -> None:
        is_incoming = message["type"] == "incoming"
        missed_at = talk["missed_at"] if is_incoming else None
        talk |= {
            "updated_at": message["created_at"],
            "is_read": not is_incoming,
            "missed_at": missed_at,
        }
        self._store.save("talks", talk, _talk_columns(talk))
        columns = {"parent_kind": "talks", "parent": talk["talk_id"]}
        self._store.save("messages", message, columns)

    def _log_message(self, by: int, at: int, message: Mapping[str, Any]) -> None:
        """Log that a message came or went: never its text."""
        kind, number = talk_card(message)
        after = {
            "message": {
                "id": message["uuid"],
                "talk_id": message["talk_id"],
                "origin": message["origin"],
            }
        }
        event = f"{message['type']}_chat_message"
        self._work.log(
            by,
            at,
            event,
            SINGULAR[kind],
            number,
            (),
            [after],
            contact=message["contact_id"],
        )

    def close(self, by: int, at: int, number: int, *, quiet: bool = False) -> bool:
        """End a conversation; false when it has ended already. Raises KeyError: no such talk."""
        talk = self._records.existing("talks", number)
        if not talk["is_in_work"]:
            return False
        self._open_talks.clear()
        talk |= {"is_in_work": False, "is_read": True, "updated_at": at}
        with self._work.transaction():
            self._store.save("talks", talk, _talk_columns(talk))
            self._log_talk(by, at, "talk_closed", talk)
            if not quiet:
                self._work.tell(_talk_change("update", talk))
        return True

    def miss(self, at: int, number: int) -> None:
        """Note that nobody answered a customer in time."""
        self._open_talks.clear()
        talk = self._records.existing("talks", number) | {"missed_at": at, "updated_at": at}
        with self._work.transaction():
            self._store.save("talks", talk, _talk_columns(talk))
            self._log_talk(ROBOT, at, "talk_missed_event", talk)
            self._work.tell(_talk_change("update", talk))

    def _talk_of(self, at: int, contact: int, origin: str, *, quiet: bool) -> Doc:
        """Return the conversation that is under way in a channel, or open one."""
        known = self._open_talks.get((contact, origin)) or self._stored_talk(contact, origin)
        if known is None:
            known = self._open_talk(at, contact, origin, quiet=quiet)
        self._open_talks[contact, origin] = known
        return known

    def _stored_talk(self, contact: int, origin: str) -> Doc | None:
        docs = self._store.docs(
            "SELECT doc FROM entity WHERE kind = 'talks' AND parent_kind = 'contacts'"
            " AND parent = ? AND done = 0 AND subtype = ?",
            [contact, origin],
        )
        return docs[0] if docs else None

    def _open_talk(self, at: int, contact: int, origin: str, *, quiet: bool) -> Doc:
        self._records.existing("contacts", contact)
        lead = self._open_lead(contact)
        number = self._store.next_id("talk", _FIRST_TALK)
        talk = {
            "id": number,
            "talk_id": number,
            "created_at": at,
            "updated_at": at,
            "rate": 0,
            "contact_id": contact,
            "chat_id": str(UUID(int=_CHAT | contact, version=4)),
            "entity_id": lead,
            "entity_type": "lead" if lead else None,
            "is_in_work": True,
            "is_read": False,
            "origin": origin,
            "missed_at": None,
            "account_id": self._work.account.id,
        }
        self._store.save("talks", talk, _talk_columns(talk))
        self._log_talk(ROBOT, at, "talk_created", talk)
        if not quiet:
            self._work.tell(_talk_change("add", talk))
        return talk

    def _open_lead(self, contact: int) -> int | None:
        linked = [number for number, _main in self._store.links("contacts", contact, "leads")]
        for number in reversed(linked):
            lead = self._store.entity("leads", number)
            if lead is not None and lead["closed_at"] is None:
                return number
        return None

    def _log_talk(self, by: int, at: int, event: str, talk: Doc) -> None:
        kind, number = talk_card(talk)
        after = {"talk": {"id": talk["talk_id"], "origin": talk["origin"]}}
        self._work.log(
            by,
            at,
            event,
            SINGULAR[kind],
            number,
            (),
            [after],
            contact=talk["contact_id"],
        )

    def _message_changes(self, message: Doc, talk: Doc) -> list[Change]:
        kind, number = ("contacts", message["contact_id"])
        person = self._people.users.get(message["author"]) or self._records.existing(kind, number)
        return [
            chat_body.message_change(message, str(person["name"])),
            _talk_change("update", talk),
        ]


def talk_card(talk: Mapping[str, Any]) -> tuple[str, int]:
    """Return the card that events of a conversation are about: its lead, else its contact."""
    if talk["entity_id"]:
        return "leads", talk["entity_id"]
    return "contacts", talk["contact_id"]


def _talk_columns(talk: Mapping[str, Any]) -> dict[str, object]:
    return {
        "parent_kind": "contacts",
        "parent": talk["contact_id"],
        "subtype": talk["origin"],
        "done": int(not talk["is_in_work"]),
    }


def _talk_change(action: str, talk: Doc) -> Change:
    return Change(f"{action}_talk", "talk", action, tuple(chat_body.talk_fields(talk)))
