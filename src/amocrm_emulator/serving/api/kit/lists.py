"""Lists of entities: filters, order and pages in SQL."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from amocrm_emulator.account.core.fields import phone_key
from amocrm_emulator.account.store import Doc, Store
from amocrm_emulator.serving.api.kit.answers import ApiRefusal
from amocrm_emulator.serving.api.kit.query import Query, numbers, span, values

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
Narrow = Callable[["Where"], None]
"""Adds what the viewer may see to a list's conditions."""
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
    store: Store, kind: str, query: Query, narrow: Narrow, *, has_filters: bool
) -> tuple[list[Doc], bool]:
    """Return a page of cards; without the account's option most filters have no effect."""
    only_deleted = kind == "leads" and "only_deleted" in query.embed
    where = Where(["kind = ?", "deleted = ?"], [kind, int(only_deleted)])
    allowed = query.filter if has_filters else _without_option(query.filter)
    _add_filters(where, _exact(where, allowed))
    if query.search:
        _add_search(where, query.search)
    narrow(where)
    return page_of(store, where, query)


def customers_page(store: Store, query: Query) -> tuple[list[Doc], bool]:
    where = Where(["kind = 'customers'", "deleted = 0"], [])
    _add_filters(where, _exact(where, query.filter))
    if query.search:
        _add_search(where, query.search)
    return page_of(store, where, query)


def tasks_page(store: Store, query: Query, narrow: Narrow) -> tuple[list[Doc], bool]:
    where = Where(["kind = 'tasks'", "deleted = 0"], [])
    needs_type = "entity_type" not in query.filter
    ignored = {"entity_id"} if needs_type else set[str]()
    _add_filters(where, {n: g for n, g in query.filter.items() if n not in ignored})
    narrow(where)
    return page_of(store, where, query)


def notes_page(
    store: Store, kind: str, entity: int | None, query: Query, narrow: Narrow
) -> tuple[list[Doc], bool]:
    """Return a page of the notes of one card, or of all cards of a kind."""
    where = Where(["kind = 'notes'", "deleted = 0", "parent_kind = ?"], [kind])
    if entity is not None:
        where.add("parent = ?", entity)
    _add_filters(where, query.filter)
    narrow(where)
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


def _exact(where: Where, given: Mapping[str, Any]) -> dict[str, Any]:
    """Take out the bare moments and numbers: of cards they mean just this one, not "from"."""
    bare = {name for name in given if name in RANGES and not isinstance(given[name], dict)}
    for name in bare:
        where.one_of(RANGES[name], numbers(given[name]))
    return {name: value for name, value in given.items() if name not in bare}


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
        elif name == "custom_fields_values" and isinstance(value, dict):
            for field, wanted in value.items():
                _add_custom_field(where, numbers(field), wanted)


def _add_custom_field(where: Where, field: list[int], wanted: Any) -> None:
    """Any value of the field will do: a choice's number, a flag, or a moment or number in a range.

    Texts cannot be asked for this way; the free search looks at them.
    """
    inner = Where(["json_extract(field.value, '$.field_id') = ?"], field[:1] or [0])
    told = "json_extract(one.value, '$.value')"
    if isinstance(wanted, dict) and wanted.keys() & {"from", "to"}:
        inner.between(f"CAST({told} AS REAL)", wanted)
    else:
        ids = numbers(wanted)
        marks = ",".join("?" * len(ids))
        inner.add(
            f"(json_extract(one.value, '$.enum_id') IN ({marks})"
            f" OR json_type(one.value, '$.value') IN ('true', 'false') AND {told} IN ({marks}))",
            *ids,
            *ids,
        )
    where.add(
        "EXISTS (SELECT 1 FROM json_each(doc, '$.custom_fields_values') AS field,"  # noqa: S608
        f" json_each(field.value, '$.values') AS one WHERE {inner})",
        *inner.params,
    )


def _add_statuses(where: Where, given: Mapping[str, Any]) -> None:
    """Only pairs count: a status without its pipeline is ignored, an empty pipeline refused."""
    if any(isinstance(pair, dict) and pair.get("pipeline_id") == "" for pair in given.values()):
        raise ApiRefusal(400, "filter[statuses] needs a pipeline_id", [])
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
