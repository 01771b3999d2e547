from datetime import timedelta

import pytest

from smena.access.core.lifetime import is_over, needs_note
from tests.access.cast import MONDAY_10_00


@pytest.mark.parametrize(
    ("age", "idle", "over"),
    [
        pytest.param(timedelta(), timedelta(), False, id="just opened"),
        pytest.param(timedelta(days=8), timedelta(days=6, hours=23), False, id="used last week"),
        pytest.param(timedelta(days=8), timedelta(days=7), True, id="not used for a week"),
        pytest.param(timedelta(days=29), timedelta(), False, id="used daily"),
        pytest.param(timedelta(days=30), timedelta(), True, id="a month old"),
    ],
)
def test_end_of_a_session(age: timedelta, idle: timedelta, *, over: bool) -> None:
    assert is_over(MONDAY_10_00 - age, MONDAY_10_00 - idle, MONDAY_10_00) is over


def test_use_is_noted_once_a_minute() -> None:
    assert not needs_note(MONDAY_10_00, MONDAY_10_00 + timedelta(seconds=59))
    assert needs_note(MONDAY_10_00, MONDAY_10_00 + timedelta(seconds=60))
