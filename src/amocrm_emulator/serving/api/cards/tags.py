"""Tags: the directory of each kind, and a card's tags after a write."""

import re
from collections.abc import Iterable

from litestar import get, post

from amocrm_emulator.account.crm import Crm
from amocrm_emulator.account.store import Doc
from amocrm_emulator.serving.api.cards.cards import card_paths, kind_of
from amocrm_emulator.serving.api.kit import query as queries
from amocrm_emulator.serving.api.kit.answers import Answer, Http, hal, listing, self_link
from amocrm_emulator.serving.api.kit.bodies import (
    Trouble,
    check_items,
    missing,
    read_items,
    wrong_types,
)
from amocrm_emulator.serving.api.kit.caller import caller
from amocrm_emulator.serving.api.kit.pages import cut

_COLOR = re.compile(r"[0-9a-fA-F]{6}")


@get(card_paths("/tags"))
async def tags(request: Http) -> Answer:
    """List a kind's tags: all, some by number or by name, or those that hold a text."""
    who, query = caller(request), queries.of(request)
    rows = [tag for tag in who.crm.tags.of(kind_of(request)) if _is_wanted(tag, query)]
    page, has_next = cut(rows, query)
    return listing(request, "tags", page, query, has_next=has_next)


@post(card_paths("/tags"), status_code=200)
async def add_tags(request: Http) -> Answer:
    who, kind = caller(request), kind_of(request)
    items = await read_items(request)
    check_items(items, lambda item: _check(kind, item))
    with who.crm.work.transaction():
        rows = [
            who.crm.tags.add(kind, item["name"].strip(), item.get("color"))
            | {"request_id": item["request_id"]}
            for item in items
        ]
    return hal(
        {
            "_total_items": len(rows),
            "_links": self_link(request, f"{kind}/tags"),
            "_embedded": {"tags": rows},
        }
    )


def _is_wanted(tag: Doc, query: queries.Query) -> bool:
    given = query.filter
    is_one = "id" not in given or tag["id"] in queries.numbers(given["id"])
    is_named = "name" not in given or tag["name"] in queries.values(given["name"])
    return is_one and is_named and query.search.lower() in tag["name"].lower()


def _check(kind: str, item: Doc) -> Iterable[Trouble]:
    yield from missing(item, ("name",))
    yield from wrong_types(item, (), ("name", "color"))
    color = item.get("color")
    if kind != "leads" and color is not None:
        yield ("NotSupported", "color", "Only tags of leads have a color.")
    elif isinstance(color, str) and not _COLOR.fullmatch(color):
        yield ("NotSupportedChoice", "color", "Six hexadecimal digits are expected.")


def tags_of(crm: Crm, kind: str, item: Doc) -> list[Doc]:
    """Return the tags of a new card."""
    embedded = (item.get("_embedded") or {}).get("tags")
    return crm.tags.known(kind, [*(embedded or ()), *(item.get("tags_to_add") or ())])


def tags_after(crm: Crm, kind: str, old: list[Doc], item: Doc) -> list[Doc]:
    """Return a card's tags after a write; what it does not mention stays."""
    tags = old
    embedded = item.get("_embedded") or {}
    if "tags" in embedded:
        tags = crm.tags.known(kind, embedded["tags"] or ())
    gone = crm.tags.names(kind, item.get("tags_to_delete") or ())
    kept = [tag for tag in tags if tag["name"] not in gone]
    names = {tag["name"] for tag in kept}
    added = crm.tags.known(kind, item.get("tags_to_add") or ())
    return kept + [tag for tag in added if tag["name"] not in names]
