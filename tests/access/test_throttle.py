from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smena.access.core.throttle import FOR_EMAIL, REMEMBERED, ThrottleRule, wait
from tests.access.cast import MONDAY_10_00

THREE_FREE = ThrottleRule(free=3, first_seconds=1, max_seconds=60)


def ago(*seconds: float) -> list[timedelta]:
    return [timedelta(seconds=one) for one in seconds]


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [
        pytest.param(ago(), 0, id="nobody has failed"),
        pytest.param(ago(1, 2), 0, id="two of three free failures"),
        pytest.param(ago(0, 1, 2), 1, id="the third costs a second"),
        pytest.param(ago(0.5, 1, 2), 0.5, id="half of it is over"),
        pytest.param(ago(0, 1, 2, 3), 2, id="the next one doubles it"),
        pytest.param(ago(0, *range(1, 30)), 60, id="never more than a minute"),
        pytest.param(ago(61, *range(62, 90)), 0, id="a minute later it is over"),
        pytest.param(ago(901, 902, 903, 904), 0, id="forgotten after a quarter of an hour"),
    ],
)
def test_delay(failures: list[timedelta], seconds: float) -> None:
    moments = [MONDAY_10_00 - one for one in failures]
    assert wait(moments, MONDAY_10_00, THREE_FREE) == timedelta(seconds=seconds)


@given(st.lists(st.floats(min_value=0, max_value=2000), max_size=60))
def test_nobody_is_locked_out(seconds: list[float]) -> None:
    moments = [MONDAY_10_00 - timedelta(seconds=one) for one in seconds]
    found = wait(moments, MONDAY_10_00, FOR_EMAIL)
    assert timedelta() <= found <= timedelta(seconds=60)
    assert wait(moments, MONDAY_10_00 + found, FOR_EMAIL) == timedelta()


def test_a_thousand_guesses_take_many_hours() -> None:
    failures: list[datetime] = []
    now = MONDAY_10_00
    for _ in range(1000):
        now += wait(failures, now, FOR_EMAIL)
        failures.append(now)
    # A minute each once the delay has grown; the memory of a quarter of an hour keeps it so.
    assert now - MONDAY_10_00 > timedelta(hours=1)
    assert timedelta(minutes=15) == REMEMBERED
