"""When a call was, and which call notes tell of one and the same call (activity.md R3 and R5)."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from smena.crm.model.entities import Call, NoteId, Stamp

SAME_CALL = timedelta(seconds=60)


def started_at(call: Call) -> datetime:
    """Return the start; with an unknown length the only known moment stands for it."""
    if call.stamp_is is Stamp.START:
        return call.stamp
    return call.stamp - timedelta(seconds=call.duration_seconds or 0)


def ended_at(call: Call) -> datetime:
    return started_at(call) + timedelta(seconds=call.duration_seconds or 0)


def is_same(one: Call, two: Call) -> bool:
    """Tell whether two notes are of one call: by its own number, else by who, whom and when."""
    if one.uniq and two.uniq:
        return one.uniq == two.uniq
    if not one.phone or _line(one) != _line(two):
        return False
    if one.duration_seconds is None or two.duration_seconds is None:
        return abs(one.stamp - two.stamp) <= SAME_CALL
    return abs(started_at(one) - started_at(two)) <= SAME_CALL


def doubles(calls: Iterable[Call]) -> dict[NoteId, NoteId]:
    """Return the notes that repeat another one, and which.

    Of several notes of one call that one counts which knows the length, then the oldest. The
    answer depends on the set of notes alone, not on the order in which they arrived.
    """
    found: dict[NoteId, NoteId] = {}
    originals: dict[object, list[Call]] = defaultdict(list)
    for call in sorted(calls, key=_rank):
        keys = [key for key in (_line(call), call.uniq) if key]
        near = [other for key in keys for other in originals[key] if is_same(call, other)]
        if near:
            found[call.note] = min(near, key=_rank).note
            continue
        for key in keys:
            originals[key].append(call)
    return found


def _line(call: Call) -> tuple[int, str, str]:
    return (call.user, call.phone, call.direction)


def _rank(call: Call) -> tuple[bool, NoteId]:
    return (call.duration_seconds is None, call.note)
