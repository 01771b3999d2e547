"""The one answer to "may they?": role, ability and, where it matters, whose data it is about."""

from smena.access.model import Ability, Role, Viewer
from smena.crm.model.entities import UserId

_OF_EMPLOYEE = frozenset({Ability.SEE_OWN_ACTIVITY})
_OF_SUPERVISOR = _OF_EMPLOYEE | {Ability.SEE_ACTIVITY_OF_ALL, Ability.SEE_RESULTS}
_OF_ROLE: dict[Role, frozenset[Ability]] = {
    Role.ADMIN: frozenset(Ability),
    Role.SUPERVISOR: _OF_SUPERVISOR,
    Role.EMPLOYEE: _OF_EMPLOYEE,
}
# The operator keeps the machine running and has no business data by right.
_OF_OPERATOR = frozenset({Ability.CONNECT_ACCOUNT, Ability.SEE_HEALTH})


def may(viewer: Viewer, ability: Ability, subject: UserId | None = None) -> bool:
    """Tell whether the viewer has the ability; `subject` is the CRM's user it is about."""
    if viewer.is_operator and ability in _OF_OPERATOR:
        return True
    if viewer.account is None or viewer.role is None:
        return False
    abilities = _OF_ROLE[viewer.role]
    if ability not in abilities:
        return False
    if ability is Ability.SEE_OWN_ACTIVITY and subject is not None:
        return Ability.SEE_ACTIVITY_OF_ALL in abilities or subject == viewer.crm_user
    return True
