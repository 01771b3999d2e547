"""The people and moments of the tests of access."""

from datetime import UTC, datetime
from functools import cache
from uuid import UUID

import httpx2

from smena.access import actions, passwords
from smena.access.model import (
    Credentials,
    Membership,
    PersonId,
    Role,
    SessionId,
    SignedIn,
    Viewer,
)
from smena.access.store import people as people_rows
from smena.accounts import actions as accounts
from smena.accounts.model import CONSENT_VERSION, FormInput, Giver, NewAccount
from smena.crm.model.entities import UserId
from smena.kernel.db import Database
from smena.kernel.ids import AccountId
from tests.web.test_page import token_in

ACME, OTHER = AccountId(31000001), AccountId(31000002)
MONDAY_10_00 = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)
ANNA, BORIS = UserId(9000001), UserId(9000002)
MARINA_MAIL, ANNA_MAIL = "marina@acme.example", "anna@acme.example"
PASSWORD = "семь тихих сосен"
GIVEN = FormInput("Марина Орлова", "+7 900 123-45-67", "РОП", True, str(CONSENT_VERSION))
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
    """Let somebody in as `actions.add_person` does, with a hash that was made before."""
    async with db.system() as tx:
        known = await people_rows.password_by_email(tx, email)
        if known is None:
            name = email.partition("@")[0].title()
            person = await people_rows.add_person(tx, email, name, _hash(), MONDAY_10_00)
        else:
            person = known[0]
        if account is None:
            await people_rows.make_operator(tx, person)
        else:
            place = Membership(person, role, crm_user)
            assert await actions.join(tx, account, place, MONDAY_10_00) is None
    return person


@cache
def _hash() -> str:
    """Return the hash of the password; a new one for each person takes longer than most tests."""
    return passwords.hasher().hash(PASSWORD)


def credentials(
    email: str = MARINA_MAIL, password: str = PASSWORD, address: str = OFFICE
) -> Credentials:
    return Credentials(email, password, address, "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0")


async def enter(db: Database, email: str = MARINA_MAIL, now: datetime = MONDAY_10_00) -> SignedIn:
    outcome = await actions.sign_in(db, credentials(email), now)
    assert isinstance(outcome, SignedIn)
    return outcome


async def sign_in(browser: httpx2.AsyncClient, email: str = MARINA_MAIL) -> None:
    """Sign in as a person does, through the page."""
    page = await browser.get("/sign-in")
    form = {"email": email, "password": PASSWORD, "_csrf_token": token_in(page.text)}
    assert (await browser.post("/sign-in", data=form)).status_code == 303
