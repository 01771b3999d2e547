"""The only way into the mirror.

Rows, facts and change notifications of one message, in one transaction.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from smena.accounts import queries as accounts
from smena.crm.facts.model import CallEnded, Fact
from smena.crm.facts.store import log
from smena.crm.mirror.core import call as calling
from smena.crm.mirror.core import derive_facts, merge
from smena.crm.mirror.core.derive_facts import FactContext
from smena.crm.mirror.model import Ingested
from smena.crm.mirror.store import bin as recycle_bin
from smena.crm.mirror.store import calls, cards, change_notifications, events, leads, people
from smena.crm.model.entities import Call, Changes, EntityKind, UserId, WholeList
from smena.crm.outbox.core.merge import by_entity
from smena.crm.outbox.store import commands
from smena.kernel.db import Tx
from smena.kernel.jobs.enqueue import publish

Touched = list[tuple[UserId, datetime, datetime]]
Bin = dict[tuple[EntityKind, int], merge.Binned]


async def absorb(tx: Tx, changes: Changes, *, now: datetime) -> Ingested:
    """Take a message into the mirror; the same message twice changes nothing and is no fact.

    Holds the account's only writer lock, so facts become visible in the order of their numbers.
    """
    await log.lock_mirror(tx)
    await _people(tx, changes)
    frame = await _frame(tx, changes)
    bin_, facts = await _bin(tx, changes, frame)
    facts += await _leads(tx, changes, bin_, frame)
    await _contacts(tx, changes, bin_)
    await _companies(tx, changes, bin_)
    facts += await _tasks(tx, changes, bin_, frame)
    new_events = await events.keep(tx, changes.events)
    touched: Touched = [(author, at, at) for author, at in new_events if author > 0]
    facts += await _calls(tx, changes.calls, frame, touched)
    await _tell(tx, facts, touched, now)
    return Ingested(len(facts), len(new_events), frozenset(user for user, _, _ in touched))


async def _tell(tx: Tx, facts: Sequence[Fact], touched: Touched, now: datetime) -> None:
    if facts:
        await log.write(tx, facts, now)
        await publish(tx, "crm.facts")
    if touched:
        first = min(start for _, start, _ in touched)
        last = max(end for _, _, end in touched)
        await change_notifications.write_change_notification(
            tx, {user for user, _, _ in touched}, first, last, now
        )


async def _frame(tx: Tx, changes: Changes) -> FactContext:
    account = await accounts.account(tx)
    sending = await commands.sending(tx) if changes.leads or changes.tasks else []
    return FactContext(account.active_since, by_entity(sending))


async def _people(tx: Tx, changes: Changes) -> None:
    """Take the rosters. An empty "whole" list is a slip of the outside and retires nobody."""
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


async def _bin(tx: Tx, changes: Changes, frame: FactContext) -> tuple[Bin, list[Fact]]:
    """Read and extend what is known of the recycle bin for all entities of the message."""
    keys = {(item.kind, item.id) for item in changes.removed}
    keys |= {(EntityKind.LEAD, row.id) for row in changes.leads}
    keys |= {(EntityKind.CONTACT, row.id) for row in changes.contacts}
    keys |= {(EntityKind.COMPANY, row.id) for row in changes.companies}
    keys |= {(EntityKind.TASK, row.id) for row in changes.tasks}
    known = await recycle_bin.binned(tx, keys)
    new = merge.changed_bin(changes.removed, known)
    await recycle_bin.keep_binned(tx, new)
    return known | new, list(derive_facts.of_bin(new, known, frame))


def _of_kind(bin_: Bin, kind: EntityKind) -> dict[int, merge.Binned]:
    return {number: binned for (of, number), binned in bin_.items() if of is kind}


async def _leads(tx: Tx, changes: Changes, bin_: Bin, frame: FactContext) -> list[Fact]:
    if not changes.leads:
        return []
    stored = await leads.find(tx, {lead.id for lead in changes.leads})
    binned = _of_kind(bin_, EntityKind.LEAD)
    rows = merge.changed_rows(changes.leads, changes.source, stored, binned, merge.complete_lead)
    await leads.keep(tx, rows, changes.source)
    before = {number: held.row for number, held in stored.items()}
    return [
        fact for lead in rows for fact in derive_facts.of_lead(before.get(lead.id), lead, frame)
    ]


async def _contacts(tx: Tx, changes: Changes, bin_: Bin) -> None:
    if changes.contacts:
        stored = await cards.find_contacts(tx, {contact.id for contact in changes.contacts})
        binned = _of_kind(bin_, EntityKind.CONTACT)
        rows = merge.changed_rows(
            changes.contacts, changes.source, stored, binned, merge.complete_contact
        )
        await cards.keep_contacts(tx, rows, changes.source)


async def _companies(tx: Tx, changes: Changes, bin_: Bin) -> None:
    if changes.companies:
        stored = await cards.find_companies(tx, {company.id for company in changes.companies})
        binned = _of_kind(bin_, EntityKind.COMPANY)
        rows = merge.changed_rows(
            changes.companies, changes.source, stored, binned, merge.complete_company
        )
        await cards.keep_companies(tx, rows, changes.source)


async def _tasks(tx: Tx, changes: Changes, bin_: Bin, frame: FactContext) -> list[Fact]:
    if not changes.tasks:
        return []
    stored = await cards.find_tasks(tx, {task.id for task in changes.tasks})
    binned = _of_kind(bin_, EntityKind.TASK)
    rows = merge.changed_rows(changes.tasks, changes.source, stored, binned, merge.complete_task)
    await cards.keep_tasks(tx, rows, changes.source)
    before = {number: held.row for number, held in stored.items()}
    return [
        fact for task in rows for fact in derive_facts.of_task(before.get(task.id), task, frame)
    ]


async def _calls(tx: Tx, told: Sequence[Call], frame: FactContext, touched: Touched) -> list[Fact]:
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
        if call.note not in told_before and call.note not in repeats and frame.covers(call.stamp)
    ]
