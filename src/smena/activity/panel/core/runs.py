"""How a lane travels to the browser: run lengths in minutes, one letter per zone.

A minute with several zones shows the strongest one, so a call of twenty seconds is never lost
(activity.md section 2). The future outside working time is drawn as outside: one sees where a
shift will be.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from smena.activity.model import Piece, Zone

_LETTERS = [zone.letter.encode() for zone in Zone]
_RUNS = re.compile(b"|".join(letter + b"+" for letter in _LETTERS))


def encode(
    pieces: Sequence[Piece], start: int, end: int, idle_min: int = 60, ticks: Sequence[int] = ()
) -> str:
    """Encode `[start, end)` as `30o12a8c…`; red shorter than `idle_min` is left out."""
    minutes = bytearray(b"o" * ((end - start) // 60))
    layers: list[list[tuple[int, int]]] = [[] for _ in _LETTERS]
    for begin, until, zone, is_scheduled in pieces:
        if zone is Zone.FUTURE and not is_scheduled:
            continue
        if zone is not Zone.IDLE or until - begin >= idle_min:
            layers[zone].append((begin - start, until - start))
    layers[Zone.CALL] += [(tick - start, tick - start + 1) for tick in ticks]
    for letter, spans in zip(_LETTERS[1:], layers[1:], strict=True):
        _paint(minutes, spans, letter)
    return "".join(map(_run, _RUNS.findall(minutes)))


def _paint(minutes: bytearray, spans: Sequence[tuple[int, int]], letter: bytes) -> None:
    width = len(minutes)
    for start, end in spans:
        first, last = max(0, start // 60), min(width, -(-end // 60))
        if first < last:
            minutes[first:last] = letter * (last - first)


@lru_cache(maxsize=10_000)
def _run(same: bytes) -> str:
    """Write a run of the same letter: a panel has 20,000 of them and few that differ."""
    return f"{len(same)}{same[:1].decode()}"
