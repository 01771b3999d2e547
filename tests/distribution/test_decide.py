"""Who receives a lead, and what the log says about the others."""

import pytest

from smena.crm.model.entities import UserId
from smena.distribution.core.decide import Availability, decide
from smena.distribution.core.ledger import Ledger, enrol
from smena.distribution.model import Assigned, Nobody, RuleStep, Step

ANNA, BORIS, VERA = (UserId(number) for number in (1, 2, 3))
QUEUE = enrol(Ledger(), [ANNA, BORIS, VERA])
ALL = frozenset({ANNA, BORIS, VERA})


@pytest.mark.parametrize(
    ("availability", "tried", "expected"),
    [
        pytest.param(Availability(ALL), (), ANNA, id="first in the list"),
        pytest.param(Availability(ALL - {ANNA}), (), BORIS, id="the first one left the company"),
        pytest.param(
            Availability(ALL, frozenset({ANNA})), (), BORIS, id="amoCRM refuses the first one"
        ),
        pytest.param(Availability(ALL), (ANNA, BORIS), VERA, id="two had it already"),
        pytest.param(Availability(ALL - {VERA}), (ANNA, BORIS), None, id="nobody is left"),
        pytest.param(Availability(frozenset()), (), None, id="nobody works"),
    ],
)
def test_receiver(
    availability: Availability, tried: tuple[UserId, ...], expected: UserId | None
) -> None:
    decision, ledger = decide(QUEUE, availability, tried)
    if expected is None:
        assert isinstance(decision, Nobody)
        assert ledger == QUEUE
    else:
        assert isinstance(decision, Assigned)
        assert decision.user == expected
        assert ledger.seq == 1


def test_steps_say_who_was_dropped_where() -> None:
    decision, _ = decide(QUEUE, Availability(ALL - {VERA}, frozenset({ANNA})))
    assert decision.steps == (
        Step(RuleStep.MEMBERS, (ANNA, BORIS, VERA)),
        Step(RuleStep.ACTIVE, (ANNA, BORIS), (VERA,)),
        Step(RuleStep.ACCEPTED, (BORIS,), (ANNA,)),
        Step(RuleStep.NOT_TRIED, (BORIS,)),
        Step(RuleStep.QUEUE, (BORIS,)),
    )
