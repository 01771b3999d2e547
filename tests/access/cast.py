"""The people and moments of the tests of access."""

from datetime import UTC, datetime
from uuid import UUID

from smena.access import actions
from smena.access.model import (
    AddedPerson,
    Credentials,
    NewPerson,
    PersonId,
    Role,
    SessionId,
    SignedIn,
    Viewer,
)
from smena.accounts import actions as accounts
from smena.accounts.model import CONSENT_VERSION, Given, Giver, NewAccount
from smena.crm.model import UserId
from smena.kernel.db import Database
from smena.kernel.ids import AccountId

ACME, OTHER = AccountId(31000001), AccountId(31000002)
MONDAY_10_00 = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)
ANNA, BORIS = UserId(9000001), UserId(9000002)
MARINA_MAIL, ANNA_MAIL = "marina@acme.example", "anna@acme.example"
PASSWORD = "семь тихих сосен"
GIVEN = Given("Марина Орлова", "+7 900 123-45-67", "РОП", True, str(CONSENT_VERSION))
OFFICE, HOME = "198.51.100.1", "203.0.113.9"


def viewer(
    role: Role | None = Role.EMPLOYEE,
    *,
    crm_user: UserId | None = ANNA,
    account: AccountId | None = ACME,
    is_operator: bool = False,
) -> Viewer:
    return Viewer(
        person_id=PersonId(1),
        account=account,
        name="Марина Орлова",
        email=MARINA_MAIL,
        role=role,
        crm_user=crm_user,
        session_id=SessionId(UUID(int=1)),
        is_operator=is_operator,
    )


async def connect(
    db: Database, account: AccountId = ACME, name: str = "Акме", *, is_activated: bool = True
) -> None:
    new = NewAccount(
        account, name, f"https://{account}.amocrm.example", str(account), "Europe/Moscow"
    )
    async with db.tenant(account) as tx:
        await accounts.connect(tx, new, MONDAY_10_00)
        if is_activated:
            assert not await accounts.activate(tx, GIVEN, Giver(1, MARINA_MAIL), MONDAY_10_00)


async def admit(
    db: Database,
    email: str = MARINA_MAIL,
    role: Role = Role.ADMIN,
    *,
    account: AccountId | None = ACME,
    crm_user: UserId | None = None,
) -> PersonId:
    new = NewPerson(email, email.partition("@")[0].title(), role, account, PASSWORD, crm_user)
    added = await actions.add_person(db, new, MONDAY_10_00)
    assert isinstance(added, AddedPerson)
    return added.person_id


def credentials(
    email: str = MARINA_MAIL, password: str = PASSWORD, address: str = OFFICE
) -> Credentials:
    return Credentials(email, password, address, "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0")


async def enter(db: Database, email: str = MARINA_MAIL, now: datetime = MONDAY_10_00) -> SignedIn:
    outcome = await actions.sign_in(db, credentials(email), now)
    assert isinstance(outcome, SignedIn)
    return outcome
