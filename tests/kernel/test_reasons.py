"""A reason is kept as a code with parameters and said to each reader in their own language."""

import pytest

from smena.kernel.crypto import OTHER_KEY
from smena.kernel.i18n import gettext as _
from smena.kernel.i18n import use
from smena.kernel.reasons import PARAMETER_MAX, REASONS_MAX, declare, joined, reason_text

NEVER = declare("test.never", lambda: _("ещё не было"))
TAKEN = declare("test.taken", lambda: _("{time} назад") + " ({who})")


@pytest.mark.parametrize(
    ("stored", "russian", "english"),
    [
        pytest.param("", "", "", id="nothing is wrong"),
        pytest.param(NEVER.about(), "ещё не было", "not yet", id="a code"),
        pytest.param(
            TAKEN.about(time=5, who="Анна"), "5 назад (Анна)", "5 ago (Анна)", id="parameters"
        ),
        pytest.param(TAKEN.about(time="5"), "5 назад (—)", "5 ago (—)", id="one was not stored"),
        pytest.param(
            TAKEN.about(time="{x}\n%s", who='"'),
            '{x}\n%s назад (")',
            '{x}\n%s ago (")',
            id="words of others are no instructions",
        ),
        pytest.param(
            joined([NEVER.about(), NEVER.about()]),
            "ещё не было; ещё не было",
            "not yet; not yet",
            id="several",
        ),
        pytest.param("погасло", "погасло", "погасло", id="a sentence that nobody knows"),
        pytest.param("test.never again", "test.never again", "test.never again", id="like a code"),
        pytest.param('test.never ["x"]', 'test.never ["x"]', 'test.never ["x"]', id="no object"),
        pytest.param("test.never\nи", "test.never\nи", "test.never\nи", id="half a code"),
        pytest.param("ещё не было", "ещё не было", "not yet", id="an old sentence with a twin"),
    ],
)
def test_what_is_said_of_a_stored_reason(stored: str, russian: str, english: str) -> None:
    assert reason_text(stored) == russian
    with use("en"):
        assert reason_text(stored) == english


def test_what_is_stored_is_bounded_and_stays_whole() -> None:
    long = TAKEN.about(time="x" * 9_000, who="щ" * 9_000)
    assert len(long) < 2 * PARAMETER_MAX + 50
    assert reason_text(long) == f"{'x' * PARAMETER_MAX} назад ({'щ' * PARAMETER_MAX})"
    assert joined([NEVER.about()] * 90).count("\n") == REASONS_MAX - 1


@pytest.mark.parametrize("code", ["test.never", "", "two words", "a:b", 'a"', "a\nb", "a{"])
def test_a_code_is_new_and_plain(code: str) -> None:
    with pytest.raises(ValueError, match="code of a reason"):
        declare(code, lambda: "")


def test_a_code_is_known_again() -> None:
    assert TAKEN.is_of(TAKEN.about(time=5))
    assert NEVER.is_of(NEVER.about())
    assert not NEVER.is_of("test.never.again")
    assert not TAKEN.is_of(NEVER.about())


def test_a_lost_key_is_told_with_what_to_do() -> None:
    assert "secret.key" in reason_text(OTHER_KEY.about())
