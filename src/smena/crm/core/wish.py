"""Wishes asked for together: of two for one lead the later wins, so they are planned in turn."""

from collections.abc import Iterable

from smena.crm.model import LeadId
from smena.crm.outbox import Asked


def apart(asked: Iterable[Asked]) -> list[list[Asked]]:
    """Cut a list of wishes, keeping its order, into pieces that name each lead once."""
    pieces: list[list[Asked]] = []
    named: set[LeadId] = set()
    for one in asked:
        if not pieces or one.change.lead in named:
            pieces.append([])
            named = set()
        pieces[-1].append(one)
        named.add(one.change.lead)
    return pieces
