"""Every address of the API, written out."""

from amocrm_emulator.api import (
    account,
    calls,
    card_writes,
    cards,
    control,
    events,
    links,
    notes,
    pipelines,
    tasks,
    users,
    webhooks,
)

HANDLERS = (
    account.account, account.loss_reasons,
    users.users, users.one_user,
    pipelines.pipelines, pipelines.one_pipeline, pipelines.statuses, pipelines.one_status,
    cards.cards, cards.one_card,
    card_writes.add_cards, card_writes.change_cards, card_writes.change_card,
    card_writes.add_complex,
    links.links, links.mass_links, links.link, links.mass_link, links.unlink, links.mass_unlink,
    tasks.tasks, tasks.one_task, tasks.add_tasks, tasks.change_tasks, tasks.change_task,
    notes.notes, notes.notes_of_card, notes.one_note, notes.add_notes, notes.add_notes_to_card,
    notes.change_notes, notes.change_note, notes.pin_note,
    calls.calls,
    events.events, events.event_types, events.one_event,
    webhooks.webhooks, webhooks.subscribe, webhooks.unsubscribe,
    control.state, control.requests, control.limits, control.set_switches,
    control.faults, control.clock, control.flush, control.act,
)  # fmt: skip
