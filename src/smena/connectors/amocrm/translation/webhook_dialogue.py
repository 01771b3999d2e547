"""Webhooks about notes, messages, talks and unsorted requests, as claims in our words."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from smena.connectors.amocrm.api.core.dialogue_payload import TalkJson
from smena.connectors.amocrm.api.core.form import Tree, branch, branches, leaf
from smena.connectors.amocrm.api.core.values import (
    BadValue,
    identity,
    identity_or_zero,
    local_moment,
    moment,
    number_or_zero,
    text,
    whole,
)
from smena.connectors.amocrm.translation import dialogue
from smena.connectors.amocrm.translation.cards import responsible
from smena.connectors.amocrm.translation.kinds import KINDS_BY_NUMBER
from smena.connectors.amocrm.translation.webhook_json import first
from smena.crm.model.conversations import (
    Conversations,
    Message,
    MessageId,
    MessageWay,
    Note,
    Talk,
    TalkId,
    Unsorted,
    UnsortedId,
    UnsortedState,
)
from smena.crm.model.entities import (
    ContactId,
    EntityKind,
    LeadId,
    NoteId,
    PipelineId,
    Source,
    UserId,
)

MESSAGE_ROOTS = {"message": MessageWay.IN, "outgoing_message": MessageWay.OUT}
STATES = {
    "accept": UnsortedState.ACCEPTED,
    "link": UnsortedState.ACCEPTED,
    "decline": UnsortedState.DECLINED,
}
NOTE_TYPES = {
    "4": "common",
    "10": "call_in",
    "11": "call_out",
    "25": "service_message",
    "102": "sms_in",
    "103": "sms_out",
}


@dataclass(slots=True)
class MessageDraft:
    """What a body has said so far; `talks_to_read` are claims that a reading must confirm."""

    zone: ZoneInfo
    received_at: datetime
    latest: datetime
    notes: list[Note] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    talks: list[Talk] = field(default_factory=list)
    unsorted: list[Unsorted] = field(default_factory=list)
    talks_to_read: set[int] = field(default_factory=set)
    malformed: list[str] = field(default_factory=list)

    def conversations(self) -> Conversations:
        return Conversations(
            Source.WEBHOOK,
            notes=tuple(self.notes),
            messages=tuple(self.messages),
            talks=tuple(self.talks),
            unsorted=tuple(self.unsorted),
        )


def read(tree: Tree, draft: MessageDraft) -> None:
    """Add what a body says of these; an item that cannot be read is counted with its reason."""
    for root, action, item in _items(tree):
        try:
            _read_item(draft, root, action, item)
        except BadValue as error:
            draft.malformed.append(f"{root}[{action}]: {error}")


def note(item: Tree, zone: ZoneInfo, kind: EntityKind) -> Note:
    """Return the note of a body; `kind` is the root's, the note may name another."""
    created = _moment(item, zone, "created_at", "date_create")
    words = text(leaf(item, "text"))
    number = leaf(item, "note_type")
    return Note(
        id=NoteId(identity(leaf(item, "id"))),
        type=NOTE_TYPES.get(number, number)[:40],
        entity_kind=KINDS_BY_NUMBER.get(leaf(item, "element_type"), kind),
        entity_id=identity(leaf(item, "element_id")),
        author=UserId(number_or_zero(leaf(item, "created_by"))),
        responsible=responsible(leaf(item, "main_user_id")),
        created_at=created,
        updated_at=_moment(item, zone, "updated_at", "timestamp_x") if _is_dated(item) else created,
        text=words,
    )


def _items(tree: Tree) -> Iterator[tuple[str, str, Tree]]:
    for root in (*MESSAGE_ROOTS, "talk", "unsorted"):
        for action, items in branch(tree, root).items():
            if isinstance(items, dict):
                for item in branches(items):
                    yield root, action, item


def _read_item(draft: MessageDraft, root: str, action: str, item: Tree) -> None:
    if root in MESSAGE_ROOTS:
        draft.messages.append(_message(item, MESSAGE_ROOTS[root]))
    elif root == "talk":
        _talk(draft, item)
    else:
        draft.unsorted.append(_unsorted(item, action, draft.received_at))


def _message(item: Tree, way: MessageWay) -> Message:
    author = branch(item, "author")
    kind = KINDS_BY_NUMBER.get(leaf(item, "element_type")) or dialogue.entity_kind(
        leaf(item, "entity_type")
    )
    number = whole(leaf(item, "entity_id")) or whole(leaf(item, "element_id"))
    talk = whole(leaf(item, "talk_id"))
    by = number_or_zero(leaf(author, "user_id")) if way is MessageWay.OUT else 0
    return Message(
        id=MessageId(dialogue.uid(leaf(item, "id"))),
        way=way,
        at=moment(leaf(item, "created_at")),
        author=UserId(by),
        talk=TalkId(talk) if talk else None,
        chat=text(leaf(item, "chat_id"))[: dialogue.ID_MAX],
        contact=dialogue.contact(leaf(item, "contact_id")),
        entity_kind=kind,
        entity_id=(number or None) if kind else None,
        origin=text(leaf(item, "origin"))[: dialogue.NAME_MAX],
        text=text(leaf(item, "text")),
    )


def _talk(draft: MessageDraft, item: Tree) -> None:
    names = TalkJson.__struct_fields__
    claim = dialogue.talk(TalkJson(**{name: leaf(item, name) for name in names}))
    draft.talks_to_read.add(int(claim.id))
    if claim.updated_at > draft.latest:
        raise BadValue(f"changed in the future: {claim.updated_at:%Y-%m-%d %H:%M}")
    draft.talks.append(claim)


def _unsorted(item: Tree, action: str, received_at: datetime) -> Unsorted:
    """Return a request; a body that takes it off the list says whether it was accepted."""
    state = UnsortedState.OPEN
    if action == "delete":
        state = STATES.get(leaf(item, "action"), UnsortedState.GONE)
    data = branch(item, "data")
    result = branch(item, "accept_result") or branch(item, "decline_result")
    leads = _numbers(branch(result, "leads")) or _numbers(branch(data, "leads"))
    lead = whole(leaf(item, "lead_id")) or next(iter(leads), None)
    pipeline = whole(leaf(item, "pipeline_id"))
    origin = branch(item, "source_data")
    at = first(item, "created_at", "date_create", "modified_at")
    created = moment(at) if at else received_at
    return Unsorted(
        id=UnsortedId(dialogue.uid(leaf(item, "uid"))),
        category=text(leaf(item, "category"))[: dialogue.NAME_MAX],
        pipeline=PipelineId(pipeline) if pipeline and pipeline > 0 else None,
        lead=LeadId(lead) if lead and lead > 0 else None,
        contacts=tuple(ContactId(number) for number in _numbers(branch(data, "contacts"))),
        origin=text(leaf(item, "source") or leaf(origin, "name"))[: dialogue.NAME_MAX],
        created_at=created,
        state=state,
        closed_at=None if state is UnsortedState.OPEN else received_at,
    )


def _numbers(items: Tree) -> list[int]:
    """Return ids from a list of texts, or of branches that have one."""
    found = [one if isinstance(one, str) else leaf(one, "id") for one in items.values()]
    return [number for number in map(identity_or_zero, found) if number]


def _is_dated(item: Tree) -> bool:
    return bool(leaf(item, "updated_at") or leaf(item, "timestamp_x"))


def _moment(item: Tree, zone: ZoneInfo, seconds: str, local: str) -> datetime:
    stamp = leaf(item, seconds)
    return moment(stamp) if stamp.isdigit() else local_moment(stamp or leaf(item, local), zone)
