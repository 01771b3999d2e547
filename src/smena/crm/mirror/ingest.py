"""The only way into the mirror: one message, one transaction, one order of locks.

Rows, facts and change notifications are written together, under the account's only writer lock, so
facts become visible in the order of their numbers.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from smena.accounts import queries as accounts
from smena.crm.facts.model import CallEnded, Fact
from smena.crm.facts.store import log
from smena.crm.mirror.card_kinds import CARD_KINDS, CardKind
from smena.crm.mirror.core import call as calling
from smena.crm.mirror.core import conversations as core
from smena.crm.mirror.core import derive_facts, merge
from smena.crm.mirror.core.derive_facts import FactContext
from smena.crm.mirror.model import Ingested
from smena.crm.mirror.queries.people import users
from smena.crm.mirror.store import bin as recycle_bin
from smena.crm.mirror.store import (
    calls,
    change_notifications,
    conversations,
    events,
    leads,
    people,
    reference_data,
    unsorted,
)
from smena.crm.model.conversations import Conversations
from smena.crm.model.entities import Call, Changes, EntityKind, UserId, WholeList
from smena.crm.model.reading import Reading
from smena.crm.model.reference_data import ReferenceData
from smena.crm.outbox.core.merge import by_entity
from smena.crm.outbox.store import commands
from smena.kernel.db import Tx
from smena.kernel.jobs.enqueue import publish
from smena.kernel.metrics import EVENTS

Touched = list[tuple[UserId, datetime, datetime]]
Bin = dict[tuple[EntityKind, int], merge.Binned]


async def ingest(tx: Tx, reading: Reading, now: datetime) -> Ingested:
    """Take a message into the mirror; the same message twice changes nothing and is no fact."""
    if reading.is_empty:
        return Ingested()
    changes = reading.changes
    await log.lock_mirror(tx)
    context = await _context(tx, changes)
    facts = await _people(tx, changes)
    bin_, gone = await _bin(tx, changes, context)
    facts += gone
    for kind in CARD_KINDS:
        facts += await _cards(tx, kind, changes, bin_, context)
    new_events = await events.keep(tx, changes.events)
    touched: Touched = [(one.author, one.at, one.at) for one in new_events if one.author > 0]
    facts += derive_facts.of_merges(changes.merged, {one.id for one in new_events}, context)
    facts += await _calls(tx, changes.calls, context, touched)
    facts += await _conversations(tx, reading.conversations, context)
    await _reference_data(tx, reading.reference_data)
    await _tell(tx, facts, touched, now)
    EVENTS.inc(len(new_events))
    return Ingested(len(facts), len(new_events), frozenset(user for user, _, _ in touched))


async def _tell(tx: Tx, facts: Sequence[Fact], touched: Touched, now: datetime) -> None:
    if facts:
        await log.write(tx, facts, now)
        await publish(tx, "crm.facts")
    if touched:
        first = min(start for _, start, _ in touched)
        last = max(end for _, _, end in touched)
        whose = {user for user, _, _ in touched}
        await change_notifications.write_change_notification(tx, whose, first, last, now)


async def _context(tx: Tx, changes: Changes) -> FactContext:
    account = await accounts.account(tx)
    sending = await commands.sending(tx) if changes.leads or changes.tasks else []
    return FactContext(account.active_since, by_entity(sending))


async def _people(tx: Tx, changes: Changes) -> list[Fact]:
    """Take whole lists. An empty one is a slip of the outside and retires nobody."""
    before = {user.id: user for user in await users(tx)} if changes.users else {}
    await people.keep_users(tx, changes.users)
    await people.keep_groups(tx, changes.groups)
    await people.keep_pipelines(tx, changes.pipelines, changes.statuses)
    if WholeList.USERS in changes.complete and changes.users:
        await people.retire_users(tx, changes.users)
    if WholeList.GROUPS in changes.complete:
        await people.drop_groups(tx, changes.groups)
    if WholeList.PIPELINES in changes.complete and changes.pipelines:
        await people.archive_pipelines(tx, changes.pipelines)
        await people.drop_statuses(tx, changes.statuses)
    return derive_facts.of_people(before, await users(tx)) if before else []


async def _bin(tx: Tx, changes: Changes, context: FactContext) -> tuple[Bin, list[Fact]]:
    """Read and extend what is known of the recycle bin for all entities of the message."""
    keys = {(item.kind, item.id) for item in changes.removed}
    keys |= {(kind.kind, int(row.id)) for kind in CARD_KINDS for row in kind.rows(changes)}
    known = await recycle_bin.binned(tx, keys)
    new = merge.changed_bin(changes.removed, known)
    await recycle_bin.keep_binned(tx, new)
    return known | new, list(derive_facts.of_bin(new, known, context))


async def _cards(
    tx: Tx, kind: CardKind, changes: Changes, bin_: Bin, context: FactContext
) -> list[Fact]:
    told = kind.rows(changes)
    if not told:
        return []
    stored = await kind.find(tx, {row.id for row in told})
    binned = {number: one for (of, number), one in bin_.items() if of is kind.kind}
    rows = merge.changed_rows(told, changes.source, stored, binned, kind.complete)
    await kind.keep(tx, rows, changes.source)
    before = {number: held.row for number, held in stored.items()}
    return [fact for row in rows for fact in kind.facts(before.get(row.id), row, context)]


async def _calls(
    tx: Tx, told: Sequence[Call], context: FactContext, touched: Touched
) -> list[Fact]:
    """Store calls, each talk once; tell whose day changed."""
    if not told:
        return []
    stored = await calls.near(tx, told)
    now_known = {note: call for note, (call, _) in stored.items()} | {c.note: c for c in told}
    repeats = calling.doubles(now_known.values())
    changed = [
        call for note, call in now_known.items() if stored.get(note) != (call, repeats.get(note))
    ]
    await calls.keep(tx, changed, repeats)
    for call in changed:
        for one in (call, stored[call.note][0]) if call.note in stored else (call,):
            start, end = calling.started_at(one), calling.ended_at(one)
            touched.append((one.user, start, end + timedelta(seconds=1)))
    told_before = {*stored, *(repeats[note] for note in stored if note in repeats)}
    return [
        CallEnded(note=call.note, user=call.user)
        for call in changed
        if call.note not in told_before and call.note not in repeats and context.covers(call.stamp)
    ]


async def _conversations(tx: Tx, said: Conversations, context: FactContext) -> list[Fact]:
    """Take notes, messages, talks and requests not yet sorted."""
    facts: list[Fact] = []
    if said.notes:
        notes = await conversations.notes(tx, {note.id for note in said.notes})
        fresh = core.latest(said.notes, said.source, notes)
        await conversations.keep_notes(tx, fresh, said.source)
        facts += derive_facts.of_notes([note for note in fresh if note.id not in notes], context)
    await conversations.drop_notes(tx, said.dropped)
    if said.talks:
        talks = await conversations.talks(tx, {talk.id for talk in said.talks})
        await conversations.keep_talks(tx, core.latest(said.talks, said.source, talks), said.source)
    if said.messages:
        messages = await conversations.messages(tx, {message.id for message in said.messages})
        known = core.said(said.messages, said.source, messages)
        await conversations.keep_messages(tx, known)
        before = {number: one.row for number, one in messages.items()}
        facts += derive_facts.of_messages(before, [one.row for one in known], context)
    await _unsorted(tx, said)
    return facts


async def _unsorted(tx: Tx, said: Conversations) -> None:
    present = frozenset(one.id for one in said.unsorted)
    if present:
        stored = await unsorted.find(tx, present)
        await unsorted.keep(tx, list(core.sorting(said.unsorted, stored).values()))
    if said.unsorted_until is not None:
        left = await unsorted.still_open(tx)
        held = await leads.find(tx, {one.lead for one in left if one.lead})
        known = {found.row.id: found.row for found in held.values()}
        await unsorted.keep(tx, core.vanished(left, present, known, said.unsorted_until))


async def _reference_data(tx: Tx, told: ReferenceData) -> None:
    """Take short lists; what a whole list does not hold is marked as gone."""
    await reference_data.keep(tx, told.entries)
    for book in told.complete:
        present = [one.id for one in told.entries if (one.of, one.owner) == book]
        await reference_data.retire(tx, book, present)
