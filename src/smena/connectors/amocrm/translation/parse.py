"""A page of any list of the API into changes of the mirror, with what else must be read."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

import msgspec

from smena.connectors.amocrm.api.core.dialogue_payload import TalkJson, UnsortedJson
from smena.connectors.amocrm.api.core.payload import (
    EntityJson,
    EventJson,
    NoteJson,
    PipelineJson,
    Rows,
    TaskJson,
    UserJson,
    read_rows,
)
from smena.connectors.amocrm.translation import cards, dialogue, events, people, reference_data
from smena.connectors.amocrm.translation.cards import source_name
from smena.connectors.amocrm.translation.kinds import PATHS, kind_of, notes_path
from smena.crm.model.conversations import Conversations, Note
from smena.crm.model.entities import (
    Call,
    Changes,
    Company,
    Contact,
    ContactId,
    EntityKind,
    Event,
    Group,
    Lead,
    Source,
    Task,
    UserId,
    WholeList,
)
from smena.crm.model.reading import Reading

Items = Sequence[msgspec.Raw]
People = Mapping[str, UserId]
Card = TypeVar("Card", Lead, Contact, Company, Task)
NOBODY: People = {}
NOBODYS: Mapping[str, ContactId] = {}


@dataclass(frozen=True, slots=True)
class ParsedPage(Reading):
    """What a page says. `moments` are of its rows, in the order sent; `to_fetch` is to be read."""

    moments: tuple[datetime, ...] = ()
    ids: frozenset[int] = frozenset()
    to_fetch: frozenset[tuple[str, int]] = frozenset()
    authors: frozenset[UserId] = frozenset()


def page(path: str, items: Items, names: People = NOBODY) -> ParsedPage:
    """Translate a page of the list `path`."""
    read = READERS.get(path)
    return read(items) if read else _notes(path, items, names)


def leads(items: Items) -> ParsedPage:
    pairs = read_rows(items, EntityJson, lambda json: (cards.lead(json), source_name(json)))
    rows = Rows(tuple(lead for lead, _ in pairs.good), pairs.malformed)
    names = dict(name for _, name in pairs.good if name)
    parsed = _cards(Changes(source=Source.API, leads=rows.good), rows)
    return replace(parsed, reference_data=reference_data.sources_of(rows.good, names))


def contacts(items: Items) -> ParsedPage:
    rows = read_rows(items, EntityJson, cards.contact)
    return _cards(Changes(source=Source.API, contacts=rows.good), rows)


def companies(items: Items) -> ParsedPage:
    rows = read_rows(items, EntityJson, cards.company)
    return _cards(Changes(source=Source.API, companies=rows.good), rows)


def tasks(items: Items) -> ParsedPage:
    rows = read_rows(items, TaskJson, cards.task)
    return _cards(Changes(source=Source.API, tasks=rows.good), rows)


def users(items: Items) -> ParsedPage:
    rows = read_rows(items, UserJson, people.user)
    return ParsedPage(Changes(source=Source.API, users=rows.good), malformed=rows.malformed)


def unsorted(items: Items) -> ParsedPage:
    rows = read_rows(items, UnsortedJson, dialogue.unsorted)
    return ParsedPage(
        Changes(source=Source.API),
        moments=tuple(one.created_at for one in rows.good),
        malformed=rows.malformed,
        conversations=Conversations(unsorted=rows.good),
    )


def talks(items: Items) -> ParsedPage:
    rows = read_rows(items, TalkJson, dialogue.talk)
    return ParsedPage(
        Changes(source=Source.API),
        ids=frozenset(int(talk.id) for talk in rows.good),
        malformed=rows.malformed,
        conversations=Conversations(talks=rows.good),
    )


def log_page(items: Items) -> ParsedPage:
    contacts: dict[str, ContactId] = {}

    def translate(json: EventJson) -> Event:
        event = events.event(json)
        if contact := dialogue.contact_of(json):
            contacts[event.id] = contact
        return event

    return log(read_rows(items, EventJson, translate), contacts)


def log(rows: Rows[Event], contacts: Mapping[str, ContactId] = NOBODYS) -> ParsedPage:
    """Translate events: they are kept, they tell of the bin, and some ask for more reading."""
    oldest_first = sorted(rows.good, key=lambda event: (event.at, event.id))
    changes = Changes(
        source=Source.API,
        events=tuple(oldest_first),
        removed=events.removals(oldest_first),
        merged=events.merges(oldest_first),
    )
    notes = {(notes_path(kind), int(note)) for kind, note in events.notes_to_read(oldest_first)}
    changed = {(PATHS[kind], number) for kind, number in events.entities_to_read(oldest_first)}
    talked = {("talks", number) for number in dialogue.talks_to_read(oldest_first)}
    return ParsedPage(
        changes,
        moments=tuple(event.at for event in rows.good),
        to_fetch=frozenset(notes | changed | talked),
        conversations=dialogue.of_log(oldest_first, contacts),
        malformed=rows.malformed,
        authors=frozenset(event.author for event in rows.good if event.author > 0),
    )


def rows_of(parsed: ParsedPage) -> tuple[object, ...]:
    """Return all rows of a page, of whatever kind."""
    changes = parsed.changes
    rows = (*changes.leads, *changes.contacts, *changes.companies, *changes.tasks)
    conversations = (
        *parsed.conversations.notes,
        *parsed.conversations.talks,
        *parsed.conversations.unsorted,
    )
    return (*rows, *changes.calls, *changes.events, *conversations)


def only(parsed: ParsedPage, unseen: Collection[object]) -> ParsedPage:
    """Return what is left of a page when only `unseen` rows are taken."""
    changes = parsed.changes
    if changes.events:
        left_over = tuple(event for event in changes.events if event in unseen)
        contacts = {str(m.id): m.contact for m in parsed.conversations.messages if m.contact}
        return log(Rows(left_over, parsed.malformed), contacts)
    left = replace(
        changes,
        leads=tuple(row for row in changes.leads if row in unseen),
        contacts=tuple(row for row in changes.contacts if row in unseen),
        companies=tuple(row for row in changes.companies if row in unseen),
        tasks=tuple(row for row in changes.tasks if row in unseen),
        calls=tuple(row for row in changes.calls if row in unseen),
    )
    notes = tuple(note for note in parsed.conversations.notes if note in unseen)
    return replace(parsed, changes=left, conversations=replace(parsed.conversations, notes=notes))


def whole_lists(
    user_items: Items | None, pipeline_items: Items | None, groups: tuple[Group, ...] | None
) -> Reading:
    """Translate whole lists of people, groups and pipelines; None is a list not read."""
    read_users = read_rows(user_items or (), UserJson, people.user)
    read_pipelines = read_rows(pipeline_items or (), PipelineJson, people.pipeline)
    complete: set[WholeList] = set()
    if user_items is not None and not read_users.malformed:
        complete.add(WholeList.USERS)
    if pipeline_items is not None and not read_pipelines.malformed:
        complete.add(WholeList.PIPELINES)
    if groups is not None:
        complete.add(WholeList.GROUPS)
    changes = Changes(
        source=Source.API,
        users=read_users.good,
        groups=groups or (),
        pipelines=tuple(pipeline for pipeline, _ in read_pipelines.good),
        statuses=tuple(stage for _, stages in read_pipelines.good for stage in stages),
        complete=frozenset(complete),
    )
    return Reading(changes, malformed=(*read_users.malformed, *read_pipelines.malformed))


def _cards(changes: Changes, rows: Rows[Card]) -> ParsedPage:
    return ParsedPage(
        changes,
        moments=tuple(row.updated_at for row in rows.good),
        ids=frozenset(int(row.id) for row in rows.good),
        malformed=rows.malformed,
    )


def _notes(path: str, items: Items, names: People) -> ParsedPage:
    kind = kind_of(path)

    def translate(json: NoteJson) -> tuple[Note, Call | None]:
        return dialogue.note(json, kind), events.call(json, kind, names)

    rows = read_rows(items, NoteJson, translate)
    calls = tuple(call for _, call in rows.good if call)
    notes = tuple(note for note, _ in rows.good)
    return ParsedPage(
        Changes(source=Source.API, calls=calls),
        moments=tuple(note.updated_at for note in notes),
        ids=frozenset(int(note.id) for note in notes),
        malformed=rows.malformed,
        authors=frozenset(call.user for call in calls if call.user > 0),
        conversations=Conversations(notes=notes),
    )


def lists_shortened(pages: Iterable[ParsedPage]) -> set[str]:
    """Return the lists from which something went to the bin."""
    return {
        PATHS[removed.kind]
        for parsed in pages
        for removed in parsed.changes.removed
        if not removed.is_restored
    }


def latest_seconds(moments: Iterable[datetime]) -> int | None:
    """Return the latest Unix second among moments."""
    return max((int(at.timestamp()) for at in moments), default=None)


READERS: Mapping[str, Callable[[Items], ParsedPage]] = {
    PATHS[EntityKind.LEAD]: leads,
    PATHS[EntityKind.CONTACT]: contacts,
    PATHS[EntityKind.COMPANY]: companies,
    PATHS[EntityKind.TASK]: tasks,
    "events": log_page,
    "users": users,
    "leads/unsorted": unsorted,
    "talks": talks,
}
