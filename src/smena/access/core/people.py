"""Which changes of an account's people are refused."""

from collections.abc import Sequence

from smena.access.model import AccessRefusal, Membership, Role
from smena.crm.model.entities import UserId


def refuse_change(members: Sequence[Membership], wanted: Membership) -> AccessRefusal | None:
    """Keep at least one active administrator, and one person for one employee of the CRM."""
    others = [member for member in members if member.person != wanted.person]
    if wanted.is_active and _is_taken(others, wanted.crm_user):
        return AccessRefusal.EMPLOYEE_TAKEN
    had_admin = any(member.is_active and member.role is Role.ADMIN for member in members)
    has_admin = any(member.is_active and member.role is Role.ADMIN for member in [*others, wanted])
    return AccessRefusal.LAST_ADMIN if had_admin and not has_admin else None


def refuse_joining(members: Sequence[Membership], wanted: Membership) -> AccessRefusal | None:
    """Return why a person may not join, or None: nobody is let in twice."""
    if any(member.person == wanted.person and member.is_active for member in members):
        return AccessRefusal.ALREADY_HERE
    others = [member for member in members if member.person != wanted.person]
    return AccessRefusal.EMPLOYEE_TAKEN if _is_taken(others, wanted.crm_user) else None


def _is_taken(others: Sequence[Membership], crm_user: UserId | None) -> bool:
    return crm_user is not None and any(
        member.is_active and member.crm_user == crm_user for member in others
    )
