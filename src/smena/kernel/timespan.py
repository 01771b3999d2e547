"""Half-open spans of time, in whole epoch seconds, and the sweep over them.

Cores work on integers: 500 people with 300 events each fit into a page's budget only without a
datetime per edge (data.md D1).
"""

from collections.abc import Iterable
from typing import NamedTuple


class Span(NamedTuple):
    """`[start, end)` in epoch seconds."""

    start: int
    end: int

    @property
    def seconds(self) -> int:
        return self.end - self.start


def union(spans: Iterable[Span], bridge_seconds: int = 0) -> list[Span]:
    """Merge spans in order of start; holes of at most `bridge_seconds` are closed."""
    merged: list[Span] = []
    for span in sorted(span for span in spans if span.start < span.end):
        if merged and span.start - merged[-1].end <= bridge_seconds:
            if span.end > merged[-1].end:
                merged[-1] = Span(merged[-1].start, span.end)
        else:
            merged.append(span)
    return merged


def intersect(spans: Iterable[Span], frame: Iterable[Span]) -> list[Span]:
    """Return the parts of `spans` that lie inside `frame`; both are merged first."""
    inside: list[Span] = []
    frames = union(frame)
    first = 0
    for span in union(spans):
        while first < len(frames) and frames[first].end <= span.start:
            first += 1
        for part in frames[first:]:
            if part.start >= span.end:
                break
            inside.append(Span(max(span.start, part.start), min(span.end, part.end)))
    return inside


def total(spans: Iterable[Span]) -> int:
    """Return the seconds of spans that do not overlap."""
    return sum(span.end - span.start for span in spans)
