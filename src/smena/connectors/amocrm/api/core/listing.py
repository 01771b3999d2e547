"""How each list of the API is asked for: its path, its filter, its page."""

from collections.abc import Sequence
from dataclasses import dataclass

LIMIT = 250
EVENTS_LIMIT_AMOCRM = 100
EVENTS_LIMIT_KOMMO = 250
IDS_MAX = 100
"""Ids in one address: about 3 KB, every proxy takes it."""

Params = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """A list and what is asked of it, without the page."""

    path: str
    params: Params
    limit: int = LIMIT

    @property
    def root(self) -> str:
        """Name of the list inside the answer: the last word of the path."""
        return self.path.rpartition("/")[2]

    def at(self, page: int) -> Params:
        return (*self.params, ("page", str(page)), ("limit", str(self.limit)))


def events_limit(host: str) -> int:
    """Return the most rows a page of events may have: more than that silently becomes 50.

    Each cloud has a maximum of its own (amocrm.md section 11).
    """
    return EVENTS_LIMIT_KOMMO if host.endswith(".kommo.com") else EVENTS_LIMIT_AMOCRM


def by_ids(path: str, ids: Sequence[int]) -> Listing:
    named = tuple((f"filter[id][{index}]", str(number)) for index, number in enumerate(ids))
    return Listing(path, (*with_parts(path), *named))


def users() -> Listing:
    return Listing("users", (("with", "role,group,phone_number"),))


def pipelines() -> Listing:
    return Listing("leads/pipelines", ())


def unsorted() -> Listing:
    """Return the open requests; those that come in during the walk stand at its end."""
    return Listing("leads/unsorted", (("order[created_at]", "asc"),))


def short(path: str) -> Listing:
    """Return one of the lists of reference data, which give numbers their names."""
    return Listing(path, ())


def with_parts(path: str) -> Params:
    """Return what a list of cards is asked for beside the cards themselves."""
    return (("with", "contacts,source,source_id"),) if path == "leads" else ()


def between(field: str, seconds: tuple[int, int | None] | None) -> Params:
    if seconds is None:
        return ()
    start, end = seconds
    found: Params = ((f"filter[{field}][from]", str(start)),)
    return found if end is None else (*found, (f"filter[{field}][to]", str(end)))
