import pytest

from smena.access.core.people import refuse_change, refuse_joining
from smena.access.model import AccessRefusal, Membership, PersonId, Role
from tests.access.cast import ANNA, BORIS

MARINA, OLEG, IRA = PersonId(1), PersonId(2), PersonId(3)
ADMIN = Membership(MARINA, Role.ADMIN, None)
SECOND_ADMIN = Membership(OLEG, Role.ADMIN, None)
SELLER = Membership(OLEG, Role.EMPLOYEE, ANNA)
LEFT = Membership(OLEG, Role.EMPLOYEE, ANNA, is_active=False)


@pytest.mark.parametrize(
    ("members", "wanted", "refusal"),
    [
        pytest.param(
            [ADMIN, SELLER],
            Membership(MARINA, Role.EMPLOYEE, None),
            AccessRefusal.LAST_ADMIN,
            id="the last administrator stays one",
        ),
        pytest.param(
            [ADMIN, SELLER],
            Membership(MARINA, Role.ADMIN, None, is_active=False),
            AccessRefusal.LAST_ADMIN,
            id="and stays in",
        ),
        pytest.param(
            [ADMIN, SECOND_ADMIN],
            Membership(MARINA, Role.SUPERVISOR, None),
            None,
            id="one of two may go",
        ),
        pytest.param(
            [ADMIN, SELLER],
            Membership(MARINA, Role.ADMIN, ANNA),
            AccessRefusal.EMPLOYEE_TAKEN,
            id="an employee is one person",
        ),
        pytest.param(
            [ADMIN, LEFT], Membership(MARINA, Role.ADMIN, ANNA), None, id="who left is free"
        ),
        pytest.param(
            [ADMIN, SELLER], Membership(OLEG, Role.SUPERVISOR, BORIS), None, id="a plain change"
        ),
    ],
)
def test_change(
    members: list[Membership], wanted: Membership, refusal: AccessRefusal | None
) -> None:
    assert refuse_change(members, wanted) is refusal


@pytest.mark.parametrize(
    ("members", "wanted", "refusal"),
    [
        pytest.param([], ADMIN, None, id="the first one"),
        pytest.param(
            [ADMIN, SELLER], SELLER, AccessRefusal.ALREADY_HERE, id="nobody is let in twice"
        ),
        pytest.param([ADMIN, LEFT], SELLER, None, id="somebody comes back"),
        pytest.param(
            [ADMIN, SELLER],
            Membership(IRA, Role.EMPLOYEE, ANNA),
            AccessRefusal.EMPLOYEE_TAKEN,
            id="an employee is one person",
        ),
    ],
)
def test_joining(
    members: list[Membership], wanted: Membership, refusal: AccessRefusal | None
) -> None:
    assert refuse_joining(members, wanted) is refusal
