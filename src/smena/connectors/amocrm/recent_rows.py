"""Rows read lately, so that a window read again costs nothing."""

from collections import OrderedDict
from collections.abc import Iterable

ROWS_MAX = 20_000


class RecentRows:
    """Rows that this process has taken in lately, so that a window read again costs nothing.

    Only rows of the API are remembered: the mirror cannot hold anything newer that a repeated
    reading of the same row would have to correct.
    """

    def __init__(self) -> None:
        self._rows: OrderedDict[object, object] = OrderedDict()

    def unseen(self, rows: Iterable[object]) -> set[object]:
        """Return the rows that are not the last we saw of their entity.

        An entity that is changed and changed back within a second looks as it did before.
        """
        return {row for row in rows if self._rows.get(_whose(row)) != row}

    def remember(self, rows: Iterable[object]) -> None:
        for row in rows:
            self._rows[_whose(row)] = row
            self._rows.move_to_end(_whose(row))
        while len(self._rows) > ROWS_MAX:
            self._rows.popitem(last=False)


def _whose(row: object) -> object:
    """Return what a row tells about; what has no number tells about itself."""
    number = getattr(row, "id", None) or getattr(row, "note", None)
    return (type(row), number) if number else row
