"""Words of access: people who sign in, what they may, their sessions."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType
from uuid import UUID

from smena.crm.model.entities import UserId
from smena.kernel.ids import AccountId

PersonId = NewType("PersonId", int)
SessionId = NewType("SessionId", UUID)


class Role(StrEnum):
    """What a person is in one account."""

    ADMIN = "admin"
    SUPERVISOR = "supervisor"
    EMPLOYEE = "employee"


class Ability(StrEnum):
    """Something a page or an action asks for. Who has it is decided in core/policy.py only."""

    SEE_ACTIVITY_OF_ALL = "see_activity_of_all"
    SEE_OWN_ACTIVITY = "see_own_activity"
    SEE_RESULTS = "see_results"
    EDIT_TEMPLATES = "edit_templates"
    EDIT_WORK_HOURS = "edit_work_hours"
    CONNECT_ACCOUNT = "connect_account"
    MANAGE_PEOPLE = "manage_people"
    SEE_HEALTH = "see_health"
    MANAGE_OUTBOX = "manage_outbox"
    ACTIVATE_ACCOUNT = "activate_account"
    EDIT_ACCOUNT = "edit_account"


@dataclass(frozen=True, slots=True)
class Viewer:
    """The person behind a request, in the account they look at now."""

    person_id: PersonId
    account: AccountId | None
    name: str
    email: str
    role: Role | None
    """None without an account: an operator before the first connection."""
    crm_user: UserId | None
    session_id: SessionId
    is_operator: bool = False
    places: int = 1
    """In how many accounts this person may be."""


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Somebody to let in. Without an account: an operator of the installation."""

    email: str
    name: str
    role: Role = Role.EMPLOYEE
    account: AccountId | None = None
    password: str | None = None
    crm_user: UserId | None = None
    is_operator: bool = False


@dataclass(frozen=True, slots=True)
class CheckedPerson:
    """Somebody who may be let in as far as their form goes; the hash is slow to make."""

    email: str
    name: str
    password: str
    password_hash: str
    role: Role
    account: AccountId | None
    crm_user: UserId | None
    is_operator: bool

    def __repr__(self) -> str:
        return f"CheckedPerson({self.email})"


@dataclass(frozen=True, slots=True)
class AddedPerson:
    """`password` is the one made for them, to be told once; None when they already have one."""

    person_id: PersonId
    password: str | None


@dataclass(frozen=True, slots=True)
class Credentials:
    """One try of signing in, with where it came from."""

    email: str
    password: str
    address: str
    user_agent: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """`token` goes into the cookie and nowhere else; the database keeps its hash."""

    token: str
    account: AccountId | None


@dataclass(frozen=True, slots=True)
class WrongPassword:
    """Unknown e-mail and wrong password are one answer: nobody learns who has an entry here."""


@dataclass(frozen=True, slots=True)
class TooSoon:
    """Too many failures lately; the password was not even looked at."""

    wait: timedelta


SignInOutcome = SignedIn | WrongPassword | TooSoon


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session as its owner sees it in the list."""

    id: SessionId
    created_at: datetime
    last_seen_at: datetime
    user_agent: str
    address: str


@dataclass(frozen=True, slots=True)
class Member:
    """A person in one account."""

    person_id: PersonId
    name: str
    email: str
    role: Role
    crm_user: UserId | None
    is_active: bool
    last_seen_at: datetime | None
    sessions: int


@dataclass(frozen=True, slots=True)
class Membership:
    """What one person is in one account."""

    person: PersonId
    role: Role
    crm_user: UserId | None
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class AccountChoice:
    """An account that a person may switch to."""

    account: AccountId
    name: str


class AccessRefusal(StrEnum):
    """Why a change of people was not made."""

    LAST_ADMIN = "last_admin"
    EMPLOYEE_TAKEN = "employee_taken"
    ALREADY_HERE = "already_here"
    BAD_EMAIL = "bad_email"
    WEAK_PASSWORD = "weak_password"  # noqa: S105 -- a name
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 -- a name
