"""Set a reading of the CRM beside what is held: load the rows, compare their contents."""

from smena.crm.answers import NO_CONTENTS, Contents
from smena.crm.core import contents, merge
from smena.crm.dialogue import Heard
from smena.crm.model import Changes
from smena.crm.store import calls, cards, dialogue, leads, unsorted
from smena.kernel.db import Tx


async def compare(tx: Tx, changes: Changes, heard: Heard) -> Contents:
    """Return what a page of one list says beside what is held; a page holds rows of one kind."""
    if heard.notes:
        return await _notes(tx, changes, heard)
    if heard.talks:
        talks = await dialogue.talks(tx, {talk.id for talk in heard.talks})
        return contents.of_talks(heard.talks, talks)
    if heard.unsorted:
        found = await unsorted.find(tx, {one.id for one in heard.unsorted})
        return contents.of_unsorted(heard.unsorted, found)
    return await _cards(tx, changes)


async def _notes(tx: Tx, changes: Changes, heard: Heard) -> Contents:
    notes = await dialogue.notes(tx, {note.id for note in heard.notes})
    held = await calls.find(tx, {call.note for call in changes.calls})
    return contents.of_notes(heard.notes, changes.calls, notes, held)


async def _cards(tx: Tx, changes: Changes) -> Contents:
    if changes.leads:
        found = await leads.find(tx, {one.id for one in changes.leads})
        return contents.of_cards(changes.leads, found, merge.complete_lead)
    if changes.contacts:
        people = await cards.find_contacts(tx, {one.id for one in changes.contacts})
        return contents.of_cards(changes.contacts, people, merge.complete_contact)
    if changes.companies:
        firms = await cards.find_companies(tx, {one.id for one in changes.companies})
        return contents.of_cards(changes.companies, firms, merge.complete_company)
    if changes.tasks:
        tasks = await cards.find_tasks(tx, {one.id for one in changes.tasks})
        return contents.of_cards(changes.tasks, tasks, merge.complete_task)
    return NO_CONTENTS
