"""What the sections list, read from the account's file."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from amocrm_emulator.account.core.kinds import SINGULAR
from amocrm_emulator.account.crm import Crm
from amocrm_emulator.account.store import Doc, Store
from amocrm_emulator.serving.page.form_fields import FormFields

PAGE, MESSAGES = 50, 30
RECENT_EVENTS = 20_000
"""How far back the last act of a person is looked for."""
OPEN, LATE, DONE = "open", "late", "done"


@dataclass(frozen=True, slots=True)
class RowPage:
    docs: Sequence[Doc]
    has_next: bool


def leads(store: Store, form: FormFields) -> RowPage:
    """Return a page of leads, the newest first."""
    return _page(store, "leads", form, "id DESC")


def stage_counts(store: Store, pipeline: int) -> Counter[int]:
    rows = store.rows(
        "SELECT status, count(*) FROM entity"
        " WHERE kind = 'leads' AND deleted = 0 AND pipeline = ? GROUP BY status",
        pipeline,
    )
    return Counter(dict(rows))


def tasks(store: Store, form: FormFields, now: int) -> RowPage:
    """Return a page of tasks: the open ones by deadline, the finished ones by their end."""
    state = form.text("state") or OPEN
    extra = {
        OPEN: ("done = 0", ()),
        LATE: ("done = 0 AND till < ?", (now,)),
        DONE: ("done = 1", ()),
    }.get(state, ("done = 0", ()))
    order = "updated_at DESC, id DESC" if state == DONE else "till, id"
    return _page(store, "tasks", form, order, extra)


def _page(
    store: Store,
    kind: str,
    form: FormFields,
    order: str,
    extra: tuple[str, tuple[object, ...]] = ("1", ()),
) -> RowPage:
    parts, values = ["kind = ?", "deleted = 0", extra[0]], [kind, *extra[1]]
    for name in ("pipeline", "status", "responsible"):
        if form.number(name) is not None:
            parts.append(f"{name} = ?")
            values.append(form.number(name))
    if form.text("query"):
        parts.append("(instr(search, ?) OR id = ?)")
        values += [form.text("query").lower(), form.number("query")]
    found = store.docs(
        f"SELECT doc FROM entity WHERE {' AND '.join(parts)} ORDER BY {order}"  # noqa: S608 -- constants
        " LIMIT ? OFFSET ?",
        [*values, PAGE + 1, (form.page - 1) * PAGE],
    )
    return RowPage(found[:PAGE], len(found) > PAGE)


def events(store: Store, form: FormFields) -> RowPage:
    """Return a page of the log, newest first; `before` is the last event of the page above."""
    parts, values = ["1"], []
    for column, value in (
        ("created_by", form.number("responsible")),
        ("type", form.text("type") or None),
    ):
        if value is not None:
            parts.append(f"{column} = ?")
            values.append(value)
    if form.text("before"):
        parts.append("id < ?")
        values.append(form.text("before"))
    found = store.docs(
        f"SELECT doc FROM event WHERE {' AND '.join(parts)} ORDER BY id DESC LIMIT ?",  # noqa: S608
        [*values, PAGE + 1],
    )
    return RowPage(found[:PAGE], len(found) > PAGE)


def event_types(store: Store) -> list[str]:
    """Return the types that occur lately, by name."""
    rows = store.rows(
        "SELECT DISTINCT type FROM (SELECT type FROM event ORDER BY id DESC LIMIT ?) ORDER BY type",
        RECENT_EVENTS,
    )
    return [row[0] for row in rows]


def last_events(store: Store) -> dict[int, Doc]:
    """Return what each person did last."""
    rows = store.rows(
        "SELECT doc FROM event WHERE id IN (SELECT max(id) FROM"
        " (SELECT id, created_by FROM event ORDER BY id DESC LIMIT ?) GROUP BY created_by)",
        RECENT_EVENTS,
    )
    docs = [msgspec.json.decode(row[0]) for row in rows]
    return {doc["created_by"]: doc for doc in docs}


def open_counts(store: Store) -> tuple[Counter[int], Counter[int]]:
    """Return how many open leads and tasks each person has."""
    of_leads = store.rows(
        "SELECT responsible, count(*) FROM entity"
        " WHERE kind = 'leads' AND deleted = 0 AND status NOT IN (142, 143) GROUP BY responsible"
    )
    of_tasks = store.rows(
        "SELECT responsible, count(*) FROM entity"
        " WHERE kind = 'tasks' AND deleted = 0 AND done = 0 GROUP BY responsible"
    )
    return Counter(dict(of_leads)), Counter(dict(of_tasks))


def of_card(store: Store, kind: str, card: str, number: int) -> list[Doc]:
    """Return the notes or the tasks of a card, newest first."""
    return store.docs(
        "SELECT doc FROM entity INDEXED BY entity_parent"
        " WHERE kind = ? AND parent_kind = ? AND parent = ? AND deleted = 0"
        " ORDER BY id DESC LIMIT ?",
        [kind, card, number, PAGE],
    )


def events_of_card(store: Store, kind: str, number: int) -> list[Doc]:
    return store.docs(
        "SELECT doc FROM event WHERE entity_type = ? AND entity_id = ?"
        " ORDER BY created_at DESC, id DESC LIMIT ?",
        [SINGULAR[kind], number, PAGE],
    )


def messages_of(store: Store, contact: int) -> list[Doc]:
    """Return the latest messages of a contact's conversations, newest first."""
    return store.docs(
        "SELECT m.doc FROM entity t JOIN entity m"
        " ON m.kind = 'messages' AND m.parent_kind = 'talks' AND m.parent = t.id"
        " WHERE t.kind = 'talks' AND t.parent_kind = 'contacts' AND t.parent = ?"
        " ORDER BY m.id DESC LIMIT ?",
        [contact, MESSAGES],
    )


def card(crm: Crm, kind: str, number: int) -> tuple[Doc, bool] | None:
    """Return a card and whether it lies in the bin."""
    doc = crm.store.entity(kind, number)
    if doc is not None:
        return doc, False
    binned = crm.store.binned(kind, number)
    return None if binned is None else (binned, True)
