"""Spans against the plainest model of them: sets of seconds."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smena.kernel.timespan import Span, intersect, total, union

spans = st.lists(st.builds(Span, st.integers(0, 60), st.integers(0, 60)), max_size=8)


def seconds(given_spans: Iterable[Span]) -> set[int]:
    return {second for span in given_spans for second in range(span.start, span.end)}


def in_order(found: list[Span]) -> bool:
    """Say whether spans are whole, sorted and apart."""
    edges = [edge for span in found for edge in span]
    return edges == sorted(set(edges))


@given(spans)
def test_union(some: list[Span]) -> None:
    found = union(some)
    assert seconds(found) == seconds(some)
    assert in_order(found)
    assert total(found) == len(seconds(some))


@given(spans, spans)
def test_intersect(some: list[Span], frame: list[Span]) -> None:
    found = intersect(some, frame)
    assert seconds(found) == seconds(some) & seconds(frame)
    assert total(found) == len(seconds(found))


@pytest.mark.parametrize(
    ("bridge", "expected"),
    [
        pytest.param(0, [Span(0, 5), Span(8, 10)], id="touching ones are one"),
        pytest.param(2, [Span(0, 5), Span(8, 10)], id="the hole is longer"),
        pytest.param(3, [Span(0, 10)], id="the hole is as long as the bridge"),
    ],
)
def test_bridges(bridge: int, expected: list[Span]) -> None:
    assert union([Span(8, 10), Span(0, 3), Span(3, 5), Span(7, 7)], bridge) == expected
