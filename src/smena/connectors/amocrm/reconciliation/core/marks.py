"""Rows of any list, as short as they can be compared: the number and the moment of change.

Whatever else a row holds may be broken: it is there all the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import msgspec

from smena.connectors.amocrm.api.core.payload import UNREADABLE
from smena.connectors.amocrm.api.core.values import BadValue, Loose, identity, moment


class _MarkJson(msgspec.Struct):
    id: Loose = None
    updated_at: Loose = None


@dataclass(frozen=True, slots=True)
class PageMarks:
    """Moments by number, None where it cannot be read; `is_sure`: every row told its number."""

    rows: dict[int, datetime | None]
    is_sure: bool = True

    def is_after(self, number: int) -> bool:
        """Tell whether the rows come in the order of their numbers, all above `number`."""
        ids = list(self.rows)
        return ids == sorted(ids) and (not ids or ids[0] > number)


def marks(items: Iterable[msgspec.Raw]) -> PageMarks:
    """Read the marks of a page."""
    rows: dict[int, datetime | None] = {}
    is_sure = True
    for item in items:
        try:
            json = msgspec.json.decode(item, type=_MarkJson, strict=False)
            number = identity(json.id)
        except UNREADABLE:
            is_sure = False
            continue
        try:
            rows[number] = moment(json.updated_at)
        except BadValue:
            rows[number] = None
    return PageMarks(rows, is_sure)
