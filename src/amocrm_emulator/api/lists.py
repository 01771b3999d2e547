"""Lists of entities: filters, order and pages in SQL."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from amocrm_emulator.api.query import Query, numbers, span, values
from amocrm_emulator.fields import phone_key
from amocrm_emulator.store import Doc, Store

# Which filter looks at which column; anything else is ignored, as amoCRM does.
NUMBERS = {
    "id": "id",
    "responsible_user_id": "responsible",
    "pipeline_id": "pipeline",
    "entity_id": "parent",
    "is_completed": "done",
    "created_by": "json_extract(doc, '$.created_by')",
    "updated_by": "json_extract(doc, '$.updated_by')",
    "task_type": "CAST(subtype AS INTEGER)",
    "task_type_id": "CAST(subtype AS INTEGER)",
}
TEXTS = {
    "note_type": "subtype",
    "entity_type": "parent_kind",
    "name": "json_extract(doc, '$.name')",
}
RANGES = {
    "created_at": "created_at",
    "updated_at": "updated_at",
    "closed_at": "json_extract(doc, '$.closed_at')",
    "closest_task_at": "json_extract(doc, '$.closest_task_at')",
    "price": "json_extract(doc, '$.price')",
}
ORDERS = {
    "created_at": "created_at",
    "updated_at": "updated_at",
    "id": "id",
    "complete_till": "till",
}
ALWAYS_WORK = {"id"}
"""Filters of cards that need no paid option of the account."""


@dataclass(slots=True)
class Where:
    """The conditions of a statement and their values."""

    parts: list[str]
    params: list[Any]

    def add(self, part: str, *params: object) -> None:
        self.parts.append(part)
        self.params += params

    def one_of(self, expression: str, allowed: list[Any]) -> None:
        self.add(f"{expression} IN ({','.join('?' * len(allowed))})", *allowed)

    def between(self, expression: str, given: Any) -> None:
        first, last = span(given)
        if first is not None:
            self.add(f"{expression} >= ?", first)
        if last is not None:
            self.add(f"{expression} <= ?", last)

    def __str__(self) -> str:
        return " AND ".join(self.parts)


def cards_page(
    store: Store, kind: str, query: Query, *, has_filters: bool
) -> tuple[list[Doc], bool]:
    """Return a page of cards; without the account's option most filters have no effect."""
    only_deleted = kind == "leads" and "only_deleted" in query.embed
    where = Where(["kind = ?", "deleted = ?"], [kind, int(only_deleted)])
    allowed = query.filter if has_filters else _without_option(query.filter)
    _add_filters(where, allowed)
    if query.search:
        _add_search(where, query.search)
    return page_of(store, where, query)


def tasks_page(store: Store, query: Query) -> tuple[list[Doc], bool]:
    where = Where(["kind = 'tasks'", "deleted = 0"], [])
    needs_type = "entity_type" not in query.filter
    ignored = {"entity_id"} if needs_type else set[str]()
    _add_filters(where, {n: g for n, g in query.filter.items() if n not in ignored})
    return page_of(store, where, query)


def notes_page(store: Store, kind: str, entity: int | None, query: Query) -> tuple[list[Doc], bool]:
    """Return a page of the notes of one card, or of all cards of a kind."""
    where = Where(["kind = 'notes'", "deleted = 0", "parent_kind = ?"], [kind])
    if entity is not None:
        where.add("parent = ?", entity)
    _add_filters(where, query.filter)
    return page_of(store, where, query)


def page_of(store: Store, where: Where, query: Query) -> tuple[list[Doc], bool]:
    """Return a page of entities, and whether more follow."""
    sql = (
        f"SELECT doc FROM entity WHERE {where} ORDER BY {_order(query)}"  # noqa: S608 -- constants
        " LIMIT ? OFFSET ?"
    )
    place = (query.page - 1) * query.limit
    docs = store.docs(sql, [*where.params, query.limit + 1, place])
    return docs[: query.limit], len(docs) > query.limit


def _without_option(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name in ALWAYS_WORK}


def _add_filters(where: Where, given: Mapping[str, Any]) -> None:
    for name, value in given.items():
        if name in NUMBERS:
            where.one_of(NUMBERS[name], numbers(value))
        elif name in TEXTS:
            where.one_of(TEXTS[name], values(value))
        elif name in RANGES:
            where.between(RANGES[name], value)
        elif name == "statuses" and isinstance(value, dict):
            _add_statuses(where, value)


def _add_statuses(where: Where, given: Mapping[str, Any]) -> None:
    """Only pairs count: a status without its pipeline is ignored."""
    pairs = [
        (*numbers(pair.get("pipeline_id", ""))[:1], *numbers(pair.get("status_id", ""))[:1])
        for pair in given.values()
        if isinstance(pair, dict)
    ]
    complete = [pair for pair in pairs if len(pair) == 2]  # noqa: PLR2004 -- a pair
    if complete:
        either = " OR ".join(["(pipeline = ? AND status = ?)"] * len(complete))
        where.add(f"({either})", *(number for pair in complete for number in pair))


def _add_search(where: Where, text: str) -> None:
    """Look in the filled fields; a phone is found in whatever form it is asked for."""
    digits = phone_key(text)
    is_phone = len(digits) >= 5 and not any(letter.isalpha() for letter in text)  # noqa: PLR2004
    wanted = digits if is_phone else text.lower()
    escaped = wanted.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    where.add("search LIKE ? ESCAPE '\\'", f"%{escaped}%")


def _order(query: Query) -> str:
    if query.order and query.order[0] in ORDERS:
        direction = "DESC" if str(query.order[1]).lower() == "desc" else "ASC"
        return f"{ORDERS[query.order[0]]} {direction}, id {direction}"
    return "id"
