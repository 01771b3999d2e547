"""What is said with and about customers: notes, chat messages, talks, requests not yet sorted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from smena.crm.model.entities import (
    ContactId,
    EntityKind,
    LeadId,
    NoteId,
    PipelineId,
    Source,
    UserId,
)

MessageId = NewType("MessageId", str)
TalkId = NewType("TalkId", int)
UnsortedId = NewType("UnsortedId", str)


class MessageWay(StrEnum):
    """From whom to whom a message goes; direct is between employees."""

    IN = "in"
    OUT = "out"
    DIRECT = "direct"


@dataclass(frozen=True, slots=True)
class Note:
    """A line on a card, of any type, calls too; `params` is the CRM's JSON as an object."""

    id: NoteId
    type: str
    entity_kind: EntityKind
    entity_id: int
    author: UserId
    responsible: UserId | None
    created_at: datetime
    updated_at: datetime
    text: str = ""
    params: bytes = b"{}"


@dataclass(frozen=True, slots=True)
class Message:
    """A chat message. The log names it without its text, a webhook with it; author 0 is unknown."""

    id: MessageId
    way: MessageWay
    at: datetime
    author: UserId
    talk: TalkId | None = None
    chat: str = ""
    contact: ContactId | None = None
    entity_kind: EntityKind | None = None
    entity_id: int | None = None
    origin: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation with a customer in one chat, from the first message until it is closed."""

    id: TalkId
    created_at: datetime
    updated_at: datetime
    contact: ContactId | None
    chat: str
    entity_kind: EntityKind | None
    entity_id: int | None
    is_in_work: bool
    is_read: bool
    origin: str
    rate: int | None = None
    missed_at: datetime | None = None


class UnsortedState(StrEnum):
    """GONE: no longer in the CRM's list, and nobody has told why."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Unsorted:
    """A request from a form, a call, a chat or a letter that somebody has to accept or decline.

    `is_guess`: its state follows from its absence in the list, nobody has told it.
    """

    id: UnsortedId
    category: str
    pipeline: PipelineId | None
    lead: LeadId | None
    contacts: tuple[ContactId, ...]
    origin: str
    created_at: datetime
    state: UnsortedState = UnsortedState.OPEN
    closed_at: datetime | None = None
    is_guess: bool = False


@dataclass(frozen=True, slots=True)
class Conversations:
    """All that one reading says of these; `unsorted_until` means: no other is open since then."""

    source: Source = Source.API
    notes: tuple[Note, ...] = ()
    dropped: tuple[NoteId, ...] = ()
    messages: tuple[Message, ...] = ()
    talks: tuple[Talk, ...] = ()
    unsorted: tuple[Unsorted, ...] = ()
    unsorted_until: datetime | None = None

    @property
    def is_silent(self) -> bool:
        return (
            not (self.notes or self.dropped or self.messages or self.talks or self.unsorted)
            and self.unsorted_until is None
        )


NO_CONVERSATIONS = Conversations()


def together(source: Source, parts: Iterable[Conversations]) -> Conversations:
    """Return what several readings of one source say, in their order."""
    said = tuple(parts)
    return Conversations(
        source,
        notes=tuple(note for part in said for note in part.notes),
        dropped=tuple(note for part in said for note in part.dropped),
        messages=tuple(message for part in said for message in part.messages),
        talks=tuple(talk for part in said for talk in part.talks),
        unsorted=tuple(one for part in said for one in part.unsorted),
    )
