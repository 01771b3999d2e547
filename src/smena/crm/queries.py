"""Questions others may ask the mirror; read only."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from smena.crm import comparing
from smena.crm.answers import (
    Briefing,
    CallsOf,
    Contents,
    EventLine,
    EventsOf,
    LaneCount,
    Mark,
    Marked,
    Pulse,
    Span,
    WishCount,
    Witness,
)
from smena.crm.core import wish as wishing
from smena.crm.dialogue import Heard, TalkId, Unsorted
from smena.crm.directory import Book, Entry, Listed
from smena.crm.facts import Recorded
from smena.crm.model import (
    Changes,
    EntityKind,
    EventId,
    Group,
    Lead,
    LeadId,
    NoteId,
    Pipeline,
    Status,
    User,
    UserId,
)
from smena.crm.outbox import Item, Settings, Wish, WishFilter, WishState
from smena.crm.store import (
    calls,
    days,
    dialogue,
    leads,
    marks,
    mirror,
    outbox,
    people,
    unsorted,
    wish_list,
    wishes,
    witnesses,
)
from smena.crm.store import entries as store_entries
from smena.crm.store import facts as log
from smena.kernel.db import Tx
from smena.kernel.ids import AccountId


async def users(tx: Tx) -> list[User]:
    """Return everybody ever seen, also those who have left."""
    return await people.users(tx)


async def groups(tx: Tx) -> list[Group]:
    return await people.groups(tx)


async def pipelines(tx: Tx) -> list[Pipeline]:
    return await people.pipelines(tx)


async def statuses(tx: Tx) -> list[Status]:
    return await people.statuses(tx)


async def entries(tx: Tx, listed: Listed) -> list[Entry]:
    """Return the lines of a short list, also those that are gone."""
    return await store_entries.of(tx, listed)


async def known_entries(tx: Tx, book: Book, ids: Iterable[int]) -> set[int]:
    """Return which of these numbers a short list names."""
    return await store_entries.known(tx, book, ids)


async def known_talks(tx: Tx, ids: Iterable[TalkId]) -> set[int]:
    """Return which of these talks are in the mirror."""
    return set(await dialogue.talks(tx, ids))


async def open_unsorted(tx: Tx) -> list[Unsorted]:
    """Return the requests that wait for somebody, the oldest first."""
    return await unsorted.still_open(tx)


async def field_types(tx: Tx) -> dict[EntityKind, dict[int, str]]:
    """Return the types of custom fields by kind of card."""
    found: dict[EntityKind, dict[int, str]] = {}
    for one in await entries(tx, Listed.FIELDS):
        if one.owner is not None:
            found.setdefault(one.owner, {})[one.id] = one.type
    return found


async def lead(tx: Tx, lead_id: LeadId) -> Lead | None:
    return (await find_leads(tx, [lead_id])).get(lead_id)


async def find_leads(tx: Tx, ids: Iterable[LeadId]) -> dict[LeadId, Lead]:
    return {held.row.id: held.row for held in (await leads.find(tx, ids)).values()}


async def facts(tx: Tx, after: int, limit: int) -> list[Recorded]:
    """Return facts in order, those numbered above `after`."""
    return await log.read(tx, after, limit)


async def briefing(tx: Tx, after: int, limit: int) -> Briefing:
    """Return the same facts with the people as they are now: all that a decision starts from."""
    return await log.briefing(tx, after, limit)


async def last_facts(tx: Tx) -> dict[AccountId, int]:
    """Return the number of each account's last fact (system transaction)."""
    return await log.last_facts(tx)


async def pulses(tx: Tx, after: int) -> list[Pulse]:
    """Return whose days changed since pulse `after`."""
    return await log.pulses(tx, after)


async def last_pulse(tx: Tx) -> int:
    return await log.last_pulse(tx)


async def events_of(
    tx: Tx, users: Sequence[UserId] | None, from_at: datetime, to_at: datetime
) -> dict[UserId, EventsOf]:
    """Return events by author in `[from_at, to_at)`, None for all authors (robots are author 0)."""
    return await days.events(tx, users, from_at, to_at)


async def calls_of(
    tx: Tx, users: Sequence[UserId] | None, from_at: datetime, to_at: datetime
) -> dict[UserId, CallsOf]:
    """Return calls by person that touch `[from_at, to_at)`; duplicates of one talk are left out."""
    return await days.calls(tx, users, from_at, to_at)


async def event_words(tx: Tx) -> dict[int, str]:
    """Return the texts behind type and client numbers."""
    return await days.words(tx)


async def event_lines(
    tx: Tx, user: UserId, from_at: datetime, to_at: datetime, limit: int = 100
) -> list[EventLine]:
    """Return one person's events in order, for a hint or a list."""
    return [
        EventLine(row["at"], row["type"], row["entity_kind"], row["entity_id"])
        for row in await days.lines(tx, user, from_at, to_at, limit)
    ]


async def known_calls(tx: Tx, notes: Iterable[NoteId]) -> set[NoteId]:
    """Return which of these call notes are in the mirror."""
    return await calls.known_notes(tx, notes)


async def complete_until(tx: Tx) -> dict[str, datetime]:
    """Return up to which moment each kind of data is complete."""
    return await mirror.all_complete_until(tx)


async def sending(tx: Tx) -> list[Item]:
    """Return items whose outcome is unknown: after a crash they are read back first."""
    return wishing.items(await wishes.sending(tx))


async def has_due_wishes(tx: Tx, now: datetime) -> bool:
    """Tell whether `claim` would find something."""
    return not (await outbox.read(tx)).is_dry and await wishes.is_due(tx, now)


async def wish_counts(tx: Tx) -> dict[WishState, WishCount]:
    return await wish_list.counts(tx)


async def wish_lanes(tx: Tx) -> list[LaneCount]:
    """Count what is on its way by lane."""
    return await wish_list.lanes(tx)


async def wishes_finished_since(tx: Tx, since: datetime) -> dict[WishState, int]:
    return await wish_list.finished_since(tx, since)


async def find_wishes(tx: Tx, wanted: WishFilter) -> list[Wish]:
    """Return wishes, newest first, at most `wanted.limit`."""
    return await wish_list.find(tx, wanted)


async def wishes_with_errors(tx: Tx, limit: int = 20) -> list[Wish]:
    return await wish_list.find(tx, WishFilter(has_error=True, limit=limit))


async def created_by_wishes(tx: Tx, since: datetime) -> set[int]:
    """Return the numbers of tasks and notes that our wishes have made."""
    return await wish_list.created_since(tx, since)


async def known_notes(tx: Tx, kind: EntityKind) -> list[Witness]:
    """Return plain notes of which a truthful list of the CRM shows at least one."""
    return await witnesses.notes(tx, kind)


async def known_tasks(tx: Tx, kind: EntityKind | None) -> list[Witness]:
    """Return tasks, of cards of a kind or any, of which a truthful list shows at least one."""
    return await witnesses.tasks(tx, kind)


async def outbox_settings(tx: Tx) -> Settings:
    return await outbox.read(tx)


async def accounts_with_due_wishes(tx: Tx, now: datetime) -> list[AccountId]:
    """Return who has something to send now (system transaction)."""
    return await wishes.accounts_due(tx, now)


async def marks_between(tx: Tx, of: Marked, span: Span) -> dict[int, Mark]:
    """Return what is held of the rows of a stretch, but for notes on cards in the bin."""
    return await marks.between(tx, of, span)


async def marks_among(tx: Tx, of: Marked, ids: Collection[int]) -> dict[int, Mark]:
    return await marks.among(tx, of, ids)


async def contents(tx: Tx, changes: Changes, heard: Heard) -> Contents:
    """Return what a page of one list says beside what is held of the same rows."""
    return await comparing.compare(tx, changes, heard)


async def talks_to_check(tx: Tx, turn: int, span: Span, limit: int) -> list[int]:
    """Return talks that messages of a stretch name and we lack, and some in work, by `turn`."""
    return await marks.talks_to_check(tx, turn, span, limit)


async def known_events(
    tx: Tx, ids: Sequence[EventId], first: datetime, last: datetime
) -> set[EventId]:
    """Return which of these events, of moments from `first` to `last`, are in the mirror."""
    return await marks.known_events(tx, ids, first, last)


async def calls_on(tx: Tx, kind: EntityKind, ids: Collection[int]) -> set[int]:
    """Return the notes of calls that hang on these cards."""
    return await marks.calls_on(tx, kind, ids)


async def leads_with(tx: Tx, kind: EntityKind, ids: Collection[int]) -> set[int]:
    """Return the leads linked to these contacts or companies."""
    return await marks.linked_leads(tx, kind, ids)


async def leads_of_tasks(tx: Tx, tasks: Collection[int]) -> set[int]:
    """Return the leads that these tasks are about."""
    return await marks.leads_of_tasks(tx, tasks)


async def contacts_with(tx: Tx, companies: Collection[int]) -> set[int]:
    """Return the contacts linked to these companies."""
    return await marks.linked_contacts(tx, companies)
