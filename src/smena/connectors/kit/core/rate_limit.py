"""Whose turn it is when several kinds of work share one limit: pure, in whole microseconds.

Turns are slots, one each step. Rank 0 books the next free slot at once. A lower rank books the very
next slot only, and none while a higher rank has asked a moment ago; but whoever has waited as long
as their rank may wait goes all the same. So the most urgent work is a slot or two away from its
turn, and the least urgent never starves.
"""

from collections.abc import Sequence
from dataclasses import dataclass

GONE = 1_000_000
"""Who has not asked again for so long does not wait any more."""
MAX_WAIT = (0, 3_000_000, 5_000_000)
"""By rank: after so much waiting a turn is due, whoever else wants one."""
SOON = 5_000

Times = tuple[int, ...]
NEVER: Times = (0,) * len(MAX_WAIT)


@dataclass(frozen=True, slots=True)
class LimiterState:
    """The state shared by all nodes. Times are by rank; 0 is "nobody waits" and "never"."""

    free_at: int = 0
    waiting: Times = NEVER
    asked: Times = NEVER
    served: Times = NEVER


@dataclass(frozen=True, slots=True)
class Grant:
    """`wait` until the slot, or, when none was given, until it makes sense to ask again."""

    wait: int
    is_given: bool


def request(line: LimiterState, rank: int, now: int, step: int) -> tuple[LimiterState, Grant]:
    """Give somebody of a rank their slot, or tell them to ask again."""
    slot = max(line.free_at, now)
    ahead = slot - now
    since = line.waiting[rank] if _still_waits(line, rank, now) else now
    owed_in = MAX_WAIT[rank] - (now - max(since, line.served[rank]))
    is_owed = rank == 0 or owed_in <= 0
    # Whoever works without a pause asks once a step; half a step more tells that they have ended.
    gives_way = max(line.asked[:rank], default=0) + step * 3 // 2 - now
    asked = _with(line.asked, rank, now)
    if is_owed or (ahead <= step and gives_way <= 0):
        waiting, served = _with(line.waiting, rank, 0), _with(line.served, rank, slot)
        return LimiterState(slot + step, waiting, asked, served), Grant(ahead, is_given=True)
    waiting = _with(line.waiting, rank, since)
    again = max(min(max(ahead - step, gives_way), owed_in, GONE // 2), SOON)
    return LimiterState(line.free_at, waiting, asked, line.served), Grant(again, is_given=False)


def _still_waits(line: LimiterState, rank: int, now: int) -> bool:
    return line.waiting[rank] > 0 and now - line.asked[rank] <= GONE


def _with(times: Sequence[int], rank: int, value: int) -> Times:
    return (*times[:rank], value, *times[rank + 1 :])
