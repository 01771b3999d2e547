"""The sentence that says why this person received the lead is exact, at ties too."""

from collections.abc import Sequence

import pytest

from smena.crm.model.entities import LeadId, UserId
from smena.distribution import words
from smena.distribution.core.ledger import LEAD, NEVER, LedgerEntry
from smena.distribution.model import Result, ResultId, State, TemplateId
from tests.distribution.cast import MONDAY_10_00

ANNA, BORIS, VERA = UserId(1), UserId(2), UserId(3)


def entry(user: UserId, credit: float, last_seq: int = NEVER) -> LedgerEntry:
    before = round(credit * LEAD)
    return LedgerEntry(user, 0, before, before, last_seq)


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        pytest.param([], "Никто из участников шаблона не мог принять сделку.", id="nobody"),
        pytest.param(
            [entry(ANNA, 0)], "сотрудник 1: единственный, кто может принять сделку.", id="alone"
        ),
        pytest.param(
            [entry(ANNA, 0.5), entry(BORIS, 0.2)],
            "Очередь должна больше всех: сотрудник 1 (+0,50).",
            id="owed most",
        ),
        pytest.param(
            [entry(ANNA, 0, 4), entry(BORIS, 0, 7)],
            "Все получили поровну; сотрудник 1 дольше всех не получает сделку.",
            id="all equal",
        ),
        pytest.param(
            [entry(ANNA, 0), entry(BORIS, 0)],
            "Все получили поровну; сотрудник 1 раньше других в списке шаблона.",
            id="nobody has received yet",
        ),
        pytest.param(
            [entry(ANNA, 0.2, 4), entry(BORIS, 0.2, 7), entry(VERA, -0.4, 9)],
            "Больше всех очередь должна сразу нескольким (2, по +0,20);"
            " сотрудник 1 дольше всех не получает сделку.",
            id="some equal",
        ),
        pytest.param(
            [entry(ANNA, 0.2), entry(BORIS, 0.2), entry(VERA, -0.4, 9)],
            "Больше всех очередь должна сразу нескольким (2, по +0,20);"
            " сотрудник 1 раньше в списке.",
            id="some equal, none has received",
        ),
    ],
)
def test_why(entries: Sequence[LedgerEntry], expected: str) -> None:
    result = Result(
        id=ResultId(1), template=TemplateId(1), template_name="Очередь", lead=LeadId(1),
        lead_name="Окна", attempt=1, decided_at=MONDAY_10_00, state=State.DONE,
        user=ANNA if entries else None, user_name="", entries=tuple(entries),
    )  # fmt: skip
    assert words.why(result, {}) == expected
