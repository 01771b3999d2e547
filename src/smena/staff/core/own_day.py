"""How a day of the company's own is read from what a person typed, and why it may be refused."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from smena.staff.model import DayKind, OwnDay

NOTE_MAX = 100
YEARS = range(2000, 2101)
_DATE_LENGTH = 10


class DayFault(StrEnum):
    """What is wrong with a field."""

    NO_DATE = "no_date"
    FAR_AWAY = "far_away"
    NO_KIND = "no_kind"
    LONG_NOTE = "long_note"


@dataclass(frozen=True, slots=True)
class GivenDay:
    """What was typed."""

    day: str = ""
    kind: str = ""
    note: str = ""


def check(given: GivenDay) -> OwnDay | dict[str, DayFault]:
    """Return the day, or what is wrong by the name of the field."""
    day, note = read_date(given.day), " ".join(given.note.split())
    faults: dict[str, DayFault] = {}
    if day is None:
        faults["day"] = DayFault.NO_DATE
    elif day.year not in YEARS:
        faults["day"] = DayFault.FAR_AWAY
    if given.kind not in set(DayKind):
        faults["kind"] = DayFault.NO_KIND
    if len(note) > NOTE_MAX or not note.isprintable():
        faults["note"] = DayFault.LONG_NOTE
    if faults or day is None:
        return faults
    return OwnDay(day, DayKind(given.kind), note)


def read_date(text: str) -> date | None:
    """Read `2026-11-04`."""
    text = text.strip()
    try:
        return date.fromisoformat(text) if len(text) == _DATE_LENGTH else None
    except ValueError:
        return None
