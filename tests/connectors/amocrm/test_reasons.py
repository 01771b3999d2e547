"""Each reason that the connector stores has its sentence in both languages; no machine talk."""

import re

import pytest

from smena.connectors.amocrm import reasons
from smena.connectors.amocrm.tokens.core.token_response import GrantRefused
from smena.connectors.amocrm.writing.core.rejection import of_problem, rejection_reason
from smena.kernel.i18n import use
from smena.kernel.reasons import ReasonCode, declared, reason_text

OWN = {
    code: one for code, one in declared().items() if one.sentence.__module__.startswith("smena.")
}
WHO, WHERE = "(responsible_user_id: No such user)", "(secret: No)"
NO_SUCH_USER = "there is no such responsible user in amoCRM, or they are switched off"


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("reason", OWN.values(), ids=OWN)
def test_every_reason_has_its_sentence(reason: ReasonCode, language: str) -> None:
    with use(language):
        said = reason_text(reason.about())
    assert said
    assert said not in OWN
    assert bool(re.search("[а-яё]", said)) is (language == "ru")
    assert not re.search(r"\b4\d\d\b|[{}]|Error", said)


@pytest.mark.parametrize("refused", GrantRefused)
def test_a_refused_grant_is_a_reason(refused: GrantRefused) -> None:
    assert refused.value in declared()


@pytest.mark.parametrize(
    ("stored", "russian", "english"),
    [
        (
            reasons.TOO_FAST.about(),
            "amoCRM просит реже: пробуем снова",
            "amoCRM asks for fewer requests: trying again",
        ),
        (reasons.ANSWERS.about(status=418), "amoCRM отвечает 418", "amoCRM answers 418"),
        ("answers:418", "amoCRM отвечает 418", "amoCRM answers 418"),
        (
            reasons.NO_ANSWER.about(error="ReadTimeout"),
            "amoCRM не отвечает",
            "amoCRM does not answer",
        ),
        (
            reasons.WEBHOOK_REFUSED.about(status=400, text="Bad plan"),
            "ответ 400: Bad plan",
            "answer 400: Bad plan",
        ),
        (
            rejection_reason([("responsible_user_id", "No such user"), ("secret", "No")]),
            f"такого ответственного в amoCRM нет, или он отключён {WHO}; amoCRM отказала {WHERE}",
            f"{NO_SUCH_USER} {WHO}; refused by amoCRM {WHERE}",
        ),
        (rejection_reason([]), "amoCRM отказала", "refused by amoCRM"),
        (of_problem("Bad", "No"), "amoCRM отказала: Bad No", "refused by amoCRM: Bad No"),
        ("amoCRM отозвала доступ", "amoCRM отозвала доступ", "amoCRM has withdrawn the access"),
        ("amoCRM answers 502", "amoCRM answers 502", "amoCRM answers 502"),
    ],
)
def test_what_is_said_of_a_stored_reason(stored: str, russian: str, english: str) -> None:
    assert reason_text(stored) == russian
    with use("en"):
        assert reason_text(stored) == english
