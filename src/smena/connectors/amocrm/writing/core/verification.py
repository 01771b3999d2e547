"""Whether a command whose answer was lost came true: what amoCRM holds, beside what we sent."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from smena.connectors.amocrm.api.core.listing import Listing, Params
from smena.connectors.amocrm.api.core.payload import UNREADABLE
from smena.connectors.amocrm.api.core.values import BadValue, identity, moment, seconds_of, whole
from smena.connectors.amocrm.writing.core.request import document, plural
from smena.crm.model.entities import CommandId, EntityKind
from smena.crm.outbox.model import AddNote, Change, CreateTask, Item, Sentinel

Held = Mapping[str, object]
ONLY_COMMON: Params = (("filter[note_type][0]", "common"),)
SLACK = timedelta(minutes=10)
"""Clocks differ and are set right, and nobody makes by hand just what we are about to ask for.

Should somebody do so within these minutes, one of the two is enough."""
Cards = tuple[str, EntityKind | None]
"""Where creations of one kind are listed: `notes` or `tasks`, and of which cards (None: any)."""


@dataclass(frozen=True, slots=True)
class Probe:
    """A list to look through, and the numbers of which it shows one unless it lies."""

    listing: Listing
    sentinels: frozenset[int] = frozenset()


def read(raw: Iterable[msgspec.Raw]) -> dict[int, Held]:
    """Return the entities of a page as they were sent, by id; what cannot be read is left out."""
    found: dict[int, Held] = {}
    for one in raw:
        try:
            held: dict[str, object] = msgspec.json.decode(one, type=dict[str, object])
            found[identity(_loose(held.get("id")))] = held
        except UNREADABLE:
            continue
    return found


def is_readable(held: Held) -> bool:
    """Tell whether an entity shows when it was made; without that nobody can say by whom."""
    try:
        moment(_loose(held.get("created_at")))
    except BadValue:
        return False
    return True


def is_applied(change: Change, held: Held) -> bool:
    """Tell whether all that a change says is what amoCRM holds now."""
    return all(_holds(name, value, held) for name, value in document(change).items())


def cards_of(items: Iterable[Item]) -> dict[Cards, set[int]]:
    """Return on which cards creations are, by the lists that would show them."""
    found: dict[Cards, set[int]] = {}
    for item in items:
        change = item.change
        if isinstance(change, AddNote):
            found.setdefault(("notes", change.card_kind), set()).add(change.card_id)
        elif isinstance(change, CreateTask) and change.card_kind is not None:
            found.setdefault(("tasks", change.card_kind), set()).add(change.card_id)
        else:
            found.setdefault(("tasks", None), set())
    return found


def probes(
    items: Iterable[Item], since: datetime, known: Mapping[Cards, Sequence[Sentinel]]
) -> list[Probe]:
    """Return the lists in which creations would be found if they have happened.

    Each is widened to show something that is known to be there: an answer without all of that was
    given by a hiccup and proves nothing (reliability.md F8).
    """
    return [
        _probe(cards, numbers, since, known.get(cards, ()))
        for cards, numbers in cards_of(items).items()
    ]


def _probe(cards: Cards, numbers: set[int], since: datetime, known: Sequence[Sentinel]) -> Probe:
    what, kind = cards
    path = what
    of_kind: Params = (("filter[entity_type]", str(plural(kind))),) if kind else ()
    if what == "notes" and kind:
        path, of_kind = f"{plural(kind)}/notes", ONLY_COMMON
    if kind:
        numbers = numbers | {one.card_id for one in known if one.card_id}
    first = min([since, *(one.updated_at for one in known)])
    recent = ("filter[updated_at][from]", str(seconds_of(first - SLACK)))
    listing = Listing(path, (*of_kind, *_ids(numbers), recent))
    return Probe(listing, frozenset(one.id for one in known))


def match_created(
    items: Sequence[Item], held: Mapping[int, Held], taken: Iterable[int], since: datetime
) -> dict[CommandId, int]:
    """Match creations with what was made since, each with at most one that nobody else has."""
    found: dict[CommandId, int] = {}
    free = {number: one for number, one in held.items() if number not in set(taken)}
    for item in items:
        for number, one in free.items():
            if _is_made(item.change, one, since):
                found[item.key] = number
                del free[number]
                break
    return found


def _ids(cards: Iterable[int]) -> Params:
    return tuple((f"filter[entity_id][{n}]", str(card)) for n, card in enumerate(sorted(cards)))


def _is_made(change: Change, held: Held, since: datetime) -> bool:
    try:
        if moment(_loose(held.get("created_at"))) < (since - SLACK).replace(microsecond=0):
            return False
    except BadValue:
        return False
    said = {name: value for name, value in document(change).items() if name != "duration"}
    return all(_holds(name, value, held) for name, value in said.items())


def _holds(name: str, value: object, held: Held) -> bool:
    if name == "custom_fields_values":
        return _has_fields(value, held.get(name))
    if name in ("tags_to_add", "tags_to_delete"):
        embedded = held.get("_embedded")
        tags = embedded.get("tags") if isinstance(embedded, dict) else None
        own = {tag.get("name") for tag in tags or () if isinstance(tag, dict)}
        wanted = {tag["name"] for tag in value} if isinstance(value, list) else set()
        return wanted <= own if name == "tags_to_add" else not wanted & own
    if isinstance(value, dict):  # a result, the parameters of a note
        own_part = held.get(name)
        return isinstance(own_part, dict) and all(_holds(k, v, own_part) for k, v in value.items())
    return _same(value, held.get(name))


def _has_fields(wanted: object, own: object) -> bool:
    """Compare the values of each wanted field; a field that is not there has none."""
    known = {one.get("field_id"): one for one in _dicts(own)}
    return all(
        _values(one.get("values")) == _values(known.get(one["field_id"], {}).get("values"))
        for one in _dicts(wanted)
    )


def _values(given: object) -> list[str]:
    return sorted(str(one.get("enum_id") or one.get("value")).strip() for one in _dicts(given))


def _dicts(given: object) -> list[dict[str, object]]:
    return [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []


def _same(wanted: object, own: object) -> bool:
    if isinstance(wanted, str):
        return isinstance(own, str) and own.strip() == wanted.strip()
    try:
        return whole(_loose(own)) == whole(_loose(wanted))
    except BadValue:
        return False


def _loose(value: object) -> int | float | str | bool | None:
    if value is None or isinstance(value, int | float | str | bool):
        return value
    raise BadValue("not a plain value")
