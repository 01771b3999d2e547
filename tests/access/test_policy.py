import pytest

from smena.access.core.policy import may
from smena.access.model import Ability, Role, Viewer
from smena.crm.model.entities import UserId
from tests.access.cast import ANNA, BORIS, viewer

# Reads as the product's promise: a change here is a change of who sees what.
TABLE = """
                        admin  supervisor  employee  operator
see_activity_of_all      yes      yes         -         -
see_own_activity         yes      yes        yes        -
see_results              yes      yes         -         -
edit_templates           yes       -          -         -
edit_work_hours          yes       -          -         -
connect_account          yes       -          -        yes
manage_people            yes       -          -         -
see_health               yes       -          -        yes
manage_outbox            yes       -          -         -
activate_account         yes       -          -         -
edit_account             yes       -          -         -
"""
VIEWERS = {
    "admin": viewer(Role.ADMIN),
    "supervisor": viewer(Role.SUPERVISOR),
    "employee": viewer(Role.EMPLOYEE),
    "operator": viewer(None, crm_user=None, account=None, is_operator=True),
}


def cells() -> list[tuple[str, str, bool]]:
    head, *lines = [line.split() for line in TABLE.strip().splitlines()]
    return [
        (role, ability, cell == "yes")
        for ability, *row in lines
        for role, cell in zip(head, row, strict=True)
    ]


@pytest.mark.parametrize(("role", "ability", "expected"), cells())
def test_role_and_ability(role: str, ability: str, *, expected: bool) -> None:
    assert may(VIEWERS[role], Ability(ability)) is expected


def test_the_table_is_complete() -> None:
    assert {ability for _role, ability, _expected in cells()} == set(Ability)
    assert {role for role, _ability, _expected in cells()} == {*Role, "operator"}


@pytest.mark.parametrize(
    ("who", "subject", "expected"),
    [
        pytest.param(viewer(Role.EMPLOYEE), ANNA, True, id="one's own day"),
        pytest.param(viewer(Role.EMPLOYEE), BORIS, False, id="a colleague's day"),
        pytest.param(viewer(Role.EMPLOYEE, crm_user=None), ANNA, False, id="nobody in the CRM"),
        pytest.param(viewer(Role.SUPERVISOR), BORIS, True, id="a supervisor sees all"),
        pytest.param(viewer(Role.ADMIN, crm_user=None), BORIS, True, id="an admin sees all"),
        pytest.param(VIEWERS["operator"], ANNA, False, id="an operator sees nobody"),
    ],
)
def test_whose_day(who: Viewer, subject: UserId, *, expected: bool) -> None:
    assert may(who, Ability.SEE_OWN_ACTIVITY, subject) is expected


def test_a_closed_membership_leaves_nothing() -> None:
    gone = viewer(None, account=None)
    assert not any(may(gone, ability) for ability in Ability)


def test_an_operator_who_is_also_an_employee_keeps_both() -> None:
    both = viewer(Role.EMPLOYEE, is_operator=True)
    assert {ability for ability in Ability if may(both, ability)} == {
        Ability.SEE_OWN_ACTIVITY,
        Ability.CONNECT_ACCOUNT,
        Ability.SEE_HEALTH,
    }
