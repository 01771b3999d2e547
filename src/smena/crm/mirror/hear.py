"""The way of notes, messages, talks and unsorted requests into the mirror."""

from smena.crm.facts.store import log
from smena.crm.mirror.core import conversations as core
from smena.crm.mirror.store import conversations, leads, unsorted
from smena.crm.model.conversations import Conversations
from smena.kernel.db import Tx


async def hear(tx: Tx, heard: Conversations) -> None:
    """Take what was said; the same words twice change nothing."""
    if heard.is_silent:
        return
    await log.lock_mirror(tx)
    if heard.notes:
        notes = await conversations.notes(tx, {note.id for note in heard.notes})
        await conversations.keep_notes(
            tx, core.latest(heard.notes, heard.source, notes), heard.source
        )
    await conversations.drop_notes(tx, heard.dropped)
    if heard.talks:
        talks = await conversations.talks(tx, {talk.id for talk in heard.talks})
        await conversations.keep_talks(
            tx, core.latest(heard.talks, heard.source, talks), heard.source
        )
    if heard.messages:
        messages = await conversations.messages(tx, {message.id for message in heard.messages})
        await conversations.keep_messages(tx, core.said(heard.messages, heard.source, messages))
    await _unsorted(tx, heard)


async def _unsorted(tx: Tx, heard: Conversations) -> None:
    present = frozenset(one.id for one in heard.unsorted)
    if present:
        stored = await unsorted.find(tx, present)
        await unsorted.keep(tx, list(core.sorting(heard.unsorted, stored).values()))
    if heard.unsorted_until is not None:
        left = await unsorted.still_open(tx)
        held = await leads.find(tx, {one.lead for one in left if one.lead})
        known = {found.row.id: found.row for found in held.values()}
        await unsorted.keep(tx, core.vanished(left, present, known, heard.unsorted_until))
