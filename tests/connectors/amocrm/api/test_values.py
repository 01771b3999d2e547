"""Loose values: what they mean, and what is refused with a reason."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smena.connectors.amocrm.api.core import values
from smena.connectors.amocrm.api.core.values import BadValue, Loose

LOOSE = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
OMSK = ZoneInfo("Asia/Omsk")
AT = datetime(2026, 9, 21, 6, 0, tzinfo=UTC)
SECONDS = 1_789_970_400


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("", None),
        (0, 0),
        ("0", 0),
        ("17", 17),
        (" 17 ", 17),
        (-3, -3),
        (17.9, 17),
        ("17.9", 17),
        ("-0.5", -1),
        (True, 1),
        ("1e3", 1000),
        (2**63 - 1, 2**63 - 1),
        (-(2**63 - 1), -(2**63 - 1)),
    ],
)
def test_whole(value: Loose, expected: int | None) -> None:
    assert values.whole(value) == expected


@pytest.mark.parametrize(
    "value", ["seventeen", "1,5", " ", float("inf"), float("nan"), "inf", 2**63, -(2**63), "9" * 40]
)
def test_no_whole_number(value: Loose) -> None:
    with pytest.raises(BadValue):
        values.whole(value)


@pytest.mark.parametrize(("value", "expected"), [(1, 1), ("4000001", 4000001), (2.0, 2)])
def test_identity(value: Loose, expected: int) -> None:
    assert values.identity(value) == expected


@pytest.mark.parametrize("value", [None, "", 0, "0", -1, 0.5, False])
def test_no_identity(value: Loose) -> None:
    with pytest.raises(BadValue, match="not an id"):
        values.identity(value)


@pytest.mark.parametrize(("value", "expected"), [(None, 0), ("", 0), (0, 0), ("7", 7), (-1, -1)])
def test_number_or_zero(value: Loose, expected: int) -> None:
    assert values.number_or_zero(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, True),
        (1, True),
        ("1", True),
        ("true", True),
        (False, False),
        (0, False),
        ("0", False),
        ("", False),
        (None, False),
        (2, False),
        ("yes", False),
    ],
)
def test_flag(value: Loose, *, expected: bool) -> None:
    assert values.flag(value) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (SECONDS, AT),
        (str(SECONDS), AT),
        (0, datetime(1970, 1, 1, tzinfo=UTC)),
        (values.SECONDS_MAX, datetime(2100, 1, 1, tzinfo=UTC)),
    ],
)
def test_moment(value: Loose, expected: datetime) -> None:
    assert values.moment(value) == expected


@pytest.mark.parametrize("value", [None, "", -1, values.SECONDS_MAX + 1, "2026-09-21"])
def test_no_moment(value: Loose) -> None:
    with pytest.raises(BadValue):
        values.moment(value)


def test_moment_or_none() -> None:
    assert values.moment_or_none(SECONDS) == AT
    assert [values.moment_or_none(nothing) for nothing in (None, "", 0, "0")] == [None] * 4


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("2026-09-21 12:00:00", id="on the account's clock"),
        pytest.param("2026-09-21T12:00", id="as ISO writes it"),
        pytest.param(str(SECONDS), id="Unix seconds"),
    ],
)
def test_local_moment(value: str) -> None:
    assert values.local_moment(value, OMSK) == AT


@pytest.mark.parametrize("value", ["", "yesterday", "2026-13-01 00:00:00", "0001-01-01 00:00:00"])
def test_no_local_moment(value: str) -> None:
    with pytest.raises(BadValue):
        values.local_moment(value, OMSK)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, 0),
        ("63", 63),
        (values.DURATION_MAX_SECONDS, values.DURATION_MAX_SECONDS),
        (values.DURATION_MAX_SECONDS + 1, None),
        (-1, None),
        (None, None),
        ("", None),
        ("long", None),
    ],
)
def test_duration(value: Loose, expected: int | None) -> None:
    """Unknown is not 0: a call of unknown length was a call."""
    assert values.duration_seconds(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ""),
        ("Поставка", "Поставка"),
        (17, "17"),
        ("a\0b", "ab"),
        ("я" * 10_001, "я" * 10_000),
    ],
)
def test_text(value: Loose, expected: str) -> None:
    assert values.text(value) == expected


@given(st.integers(0, values.SECONDS_MAX), st.integers(0, 999_999))
def test_seconds_of_is_the_second_that_a_moment_lies_in(seconds: int, micros: int) -> None:
    assert values.seconds_of(values.moment(seconds).replace(microsecond=micros)) == seconds


@given(
    st.sampled_from(
        [values.whole, values.identity, values.moment, values.moment_or_none, values.number_or_zero]
    ),
    LOOSE,
)
def test_nothing_but_a_bad_value_is_raised(read: Callable[[Loose], object], value: Loose) -> None:
    with suppress(BadValue):
        read(value)


def test_a_reason_is_short_enough_to_be_stored_and_shown() -> None:
    with pytest.raises(BadValue) as refused:
        values.whole("x" * 10_000)
    assert len(str(refused.value)) < 100
