from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amocrm_emulator.team.plan.dice import Dice, mixed


@given(st.integers(), st.text(max_size=20))
def test_the_same_parts_give_the_same_throws(seed: int, word: str) -> None:
    one, other = Dice(seed, word), Dice(seed, word)
    assert [one.roll() for _ in range(5)] == [other.roll() for _ in range(5)]


def test_throws_are_the_same_on_every_machine() -> None:
    # The published first output of splitmix64 for state 0.
    assert mixed(0x9E3779B97F4A7C15) == 0xE220A8397B1DCDAF
    assert Dice(7, "calls").roll() == 0xFA57354D5F821891


@given(st.integers(-1000, 1000), st.integers(0, 1000))
def test_between_keeps_both_ends(low: int, width: int) -> None:
    dice = Dice("between", low, width)
    assert all(low <= dice.between(low, low + width) <= low + width for _ in range(20))


def test_parts_are_kept_apart() -> None:
    assert Dice(1, 23).roll() != Dice(12, 3).roll()


def test_weighted_follows_the_weights() -> None:
    dice = Dice("weights")
    counts = Counter(dice.weighted({"often": 3, "seldom": 1, "never": 0}) for _ in range(4000))
    assert counts["never"] == 0
    assert counts["often"] / counts["seldom"] == pytest.approx(3, rel=0.15)


def test_nothing_to_choose_from() -> None:
    with pytest.raises(ValueError, match="nothing"):
        Dice(1).weighted({})


def test_long_tail() -> None:
    dice = Dice("tail")
    lengths = sorted(dice.long_tailed(100, 1) for _ in range(2001))
    assert lengths[1000] == pytest.approx(100, rel=0.15)
    assert lengths[-1] > 8 * lengths[1000]


def test_pauses_have_their_mean() -> None:
    dice = Dice("pause")
    assert sum(dice.pause(60) for _ in range(4000)) / 4000 == pytest.approx(60, rel=0.1)
