"""Who receives a lead, and what the log says about the others."""

import pytest

from smena.crm.model.entities import UserId
from smena.distribution.core.decide import Floor, decide
from smena.distribution.core.ledger import Ledger, enrol
from smena.distribution.model import Assigned, Nobody, Rule, Step

ANNA, BORIS, VERA = (UserId(number) for number in (1, 2, 3))
QUEUE = enrol(Ledger(), [ANNA, BORIS, VERA])
ALL = frozenset({ANNA, BORIS, VERA})


@pytest.mark.parametrize(
    ("floor", "tried", "expected"),
    [
        pytest.param(Floor(ALL), (), ANNA, id="first in the list"),
        pytest.param(Floor(ALL - {ANNA}), (), BORIS, id="the first one left the company"),
        pytest.param(Floor(ALL, frozenset({ANNA})), (), BORIS, id="amoCRM refuses the first one"),
        pytest.param(Floor(ALL), (ANNA, BORIS), VERA, id="two had it already"),
        pytest.param(Floor(ALL - {VERA}), (ANNA, BORIS), None, id="nobody is left"),
        pytest.param(Floor(frozenset()), (), None, id="nobody works"),
    ],
)
def test_receiver(floor: Floor, tried: tuple[UserId, ...], expected: UserId | None) -> None:
    decision, ledger = decide(QUEUE, floor, tried)
    if expected is None:
        assert isinstance(decision, Nobody)
        assert ledger == QUEUE
    else:
        assert isinstance(decision, Assigned)
        assert decision.user == expected
        assert ledger.seq == 1


def test_steps_say_who_was_dropped_where() -> None:
    decision, _ = decide(QUEUE, Floor(ALL - {VERA}, frozenset({ANNA})))
    assert decision.steps == (
        Step(Rule.MEMBERS, (ANNA, BORIS, VERA)),
        Step(Rule.ACTIVE, (ANNA, BORIS), (VERA,)),
        Step(Rule.ACCEPTED, (BORIS,), (ANNA,)),
        Step(Rule.NOT_TRIED, (BORIS,)),
        Step(Rule.QUEUE, (BORIS,)),
    )
