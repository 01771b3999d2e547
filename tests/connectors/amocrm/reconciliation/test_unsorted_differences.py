"""Open requests: only those that polling has had its time for are compared."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from smena.connectors.amocrm.reconciliation.core.compare import YOUNG
from smena.connectors.amocrm.reconciliation.core.unsorted import (
    UnsortedDifference,
    differing,
    number_of,
)
from smena.crm.mirror.model import Contents
from smena.crm.model.conversations import Unsorted, UnsortedId

NOW = datetime(2026, 11, 20, 0, 30, tzinfo=UTC)
OLD, JUST_OLD, FRESH = timedelta(hours=1), YOUNG, YOUNG - timedelta(seconds=1)
NOTHING = UnsortedDifference()


def request(name: str, age: timedelta = OLD) -> Unsorted:
    return Unsorted(UnsortedId(name), "forms", None, None, (), "", NOW - age)


def numbers(*names: str) -> frozenset[int]:
    return frozenset(number_of(UnsortedId(name)) for name in names)


def told(age: timedelta, held: Mapping[int | str, int]) -> UnsortedDifference:
    """Compare the one request that amoCRM lists with what is held of it."""
    contents = Contents({"a": 1}, held)
    return differing([request("a", age)], [], contents, NOW, is_whole=True)


@pytest.mark.parametrize(
    ("age", "held", "expected"),
    [
        pytest.param(OLD, {"a": 1}, NOTHING, id="equal"),
        pytest.param(OLD, {}, UnsortedDifference(missing=numbers("a")), id="missing"),
        pytest.param(JUST_OLD, {}, UnsortedDifference(missing=numbers("a")), id="just old enough"),
        pytest.param(FRESH, {}, NOTHING, id="polling will bring it"),
        pytest.param(OLD, {"a": 2}, UnsortedDifference(stale=numbers("a")), id="stale"),
        pytest.param(FRESH, {"a": 2}, NOTHING, id="polling will mend it"),
    ],
)
def test_told(age: timedelta, held: Mapping[int | str, int], expected: UnsortedDifference) -> None:
    assert told(age, held) == expected


@pytest.mark.parametrize(
    ("still_open", "is_whole", "surplus"),
    [
        pytest.param([request("a")], True, [], id="listed"),
        pytest.param([request("b")], True, ["b"], id="not listed"),
        pytest.param([request("b", JUST_OLD)], True, ["b"], id="just old enough"),
        pytest.param([request("b", FRESH)], True, [], id="came after the list was read"),
        pytest.param([request("b")], False, [], id="the list was not read to its end"),
    ],
)
def test_surplus(still_open: list[Unsorted], *, is_whole: bool, surplus: list[str]) -> None:
    equal = Contents({"a": 1}, {"a": 1})
    found = differing([request("a")], still_open, equal, NOW, is_whole=is_whole)
    assert found == UnsortedDifference(surplus=numbers(*surplus))


def test_a_listed_young_request_is_not_surplus() -> None:
    found = differing(
        [request("a", FRESH)], [request("a", OLD)], Contents({}, {}), NOW, is_whole=True
    )
    assert found == NOTHING


def test_parts() -> None:
    found = UnsortedDifference(frozenset({1, 2}), frozenset({3}), frozenset({4}))
    assert found.all == {1, 2, 3, 4}
    assert found.among(frozenset({2, 3, 9})) == UnsortedDifference(
        frozenset({2}), frozenset({3}), frozenset()
    )


def test_a_number_stands_for_a_request_and_fits_a_column() -> None:
    found = {number_of(UnsortedId(f"uid-{n}")) for n in range(1000)}
    assert len(found) == 1000
    assert all(0 <= number < 2**63 for number in found)
    assert number_of(UnsortedId("uid-1")) == number_of(UnsortedId("uid-1"))
