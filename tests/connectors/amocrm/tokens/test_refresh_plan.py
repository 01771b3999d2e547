"""When tokens are used, renewed, waited for, given up."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smena.connectors.amocrm.tokens.core.refresh import (
    AccessWay,
    Gone,
    Renew,
    Step,
    Tokens,
    Use,
    Wait,
    ends_soon,
    next_step,
)

MORNING = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
PAIR = Tokens(
    AccessWay.OAUTH,
    3,
    "access",
    "refresh",
    "before",
    MORNING,
    MORNING + timedelta(hours=24),
    is_used=True,
)
TYPED = Tokens(AccessWay.TOKEN, 1, "access", None, None, MORNING, MORNING + timedelta(days=365))
LOST = replace(PAIR, lost_at=MORNING)
RESTING = replace(PAIR, retry_at=MORNING + timedelta(hours=24, seconds=20))


@pytest.mark.parametrize(
    ("tokens", "hours", "refused", "expected"),
    [
        pytest.param(PAIR, 1, None, Use(), id="fresh"),
        pytest.param(PAIR, 22.9, None, Use(), id="more than an hour is left"),
        pytest.param(PAIR, 23, None, Renew(), id="an hour is left"),
        pytest.param(PAIR, 30, None, Renew(), id="over"),
        pytest.param(PAIR, 1, "access", Renew(), id="refused before its time"),
        pytest.param(PAIR, 1, "another", Use(), id="an older one was refused: this one is new"),
        pytest.param(LOST, 23.5, None, Use(), id="lost, but it still works"),
        pytest.param(LOST, 24, None, Gone(), id="lost and over"),
        pytest.param(LOST, 1, "access", Gone(), id="lost and refused"),
        pytest.param(RESTING, 23.5, None, Use(), id="asked a moment ago, still works"),
        pytest.param(RESTING, 24, None, Wait(timedelta(seconds=20)), id="asked a moment ago, over"),
        pytest.param(RESTING, 25, None, Renew(), id="asked a while ago"),
        pytest.param(TYPED, 1, None, Use(), id="typed"),
        pytest.param(TYPED, 24 * 366, None, Use(), id="typed, over: amoCRM is to say so"),
        pytest.param(TYPED, 1, "access", Gone(), id="typed and refused"),
    ],
)
def test_next_step(tokens: Tokens, hours: float, refused: str | None, expected: Step) -> None:
    assert next_step(tokens, MORNING + timedelta(hours=hours), refused) == expected


def test_a_short_life_is_renewed_in_its_last_quarter() -> None:
    short = replace(PAIR, expires_at=MORNING + timedelta(seconds=8))
    assert next_step(short, MORNING + timedelta(seconds=5.9)) == Use()
    assert next_step(short, MORNING + timedelta(seconds=6)) == Renew()


@given(st.integers(1, 10**7), st.floats(0, 2))
def test_an_access_token_is_never_used_after_its_end(life: int, share: float) -> None:
    tokens = replace(PAIR, expires_at=MORNING + timedelta(seconds=life))
    at = MORNING + timedelta(seconds=life) * share
    if next_step(tokens, at) == Use():
        assert tokens.expires_at is not None
        assert at < tokens.expires_at


def test_the_pair_before_counts_until_the_new_one_was_used() -> None:
    assert PAIR.candidates == ("refresh",)
    assert replace(PAIR, is_used=False).candidates == ("refresh", "before")
    assert replace(PAIR, is_used=False, previous_refresh=None).candidates == ("refresh",)


@pytest.mark.parametrize(("days", "expected"), [(350, False), (351, True), (366, True)])
def test_people_are_warned_before_a_long_lived_token_ends(days: int, *, expected: bool) -> None:
    assert ends_soon(TYPED, MORNING + timedelta(days=days)) is expected
    assert not ends_soon(PAIR, MORNING + timedelta(days=days))
    assert not ends_soon(replace(TYPED, expires_at=None), MORNING + timedelta(days=days))


def test_tokens_are_not_shown() -> None:
    assert "refresh" not in repr(PAIR)
    assert "access" not in repr(PAIR)
