"""A reason is kept as a code and said to each reader in their own language."""

import pytest

from smena.accounts.reasons import Reason, reason_text
from smena.kernel.i18n import use


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_its_sentence(reason: Reason, language: str) -> None:
    with use(language):
        text = reason_text(reason)
    assert text not in set(Reason)
    assert any("а" <= letter <= "я" for letter in text) is (language == "ru")


@pytest.mark.parametrize(
    ("stored", "russian", "english"),
    [
        pytest.param("", "", "", id="nothing is wrong"),
        pytest.param("answers:418", "amoCRM отвечает 418", "amoCRM answers 418", id="a detail"),
        pytest.param(
            "amoCRM отозвала доступ",
            "amoCRM отозвала доступ",
            "amoCRM has withdrawn the access",
            id="stored as a sentence by an older version",
        ),
        pytest.param("погасло", "погасло", "погасло", id="a sentence that nobody knows"),
    ],
)
def test_what_is_said_of_a_stored_reason(stored: str, russian: str, english: str) -> None:
    assert reason_text(stored) == russian
    with use("en"):
        assert reason_text(stored) == english
