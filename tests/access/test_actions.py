import asyncio
from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from smena.access import actions, queries
from smena.access.core.lifetime import AGE_MAX, IDLE_MAX
from smena.access.model import (
    AccessRefusal,
    AddedPerson,
    Membership,
    NewPerson,
    Role,
    SignedIn,
    TooSoon,
    WrongPassword,
)
from smena.kernel.db import Database
from tests.access.cast import (
    ACME,
    ANNA,
    ANNA_MAIL,
    BORIS,
    HOME,
    MARINA_MAIL,
    MONDAY_10_00,
    OTHER,
    PASSWORD,
    admit,
    connect,
    credentials,
    enter,
)

pytestmark = pytest.mark.anyio
SECOND = timedelta(seconds=1)


@pytest.fixture
async def acme(db: Database) -> Database:
    """A database with one account and its administrator, Marina."""
    await connect(db)
    await admit(db)
    return db


async def test_a_right_password_opens_a_session(acme: Database) -> None:
    signed_in = await enter(acme)
    viewer = await queries.recognise(acme, signed_in.token, MONDAY_10_00)
    assert viewer is not None
    assert (viewer.email, viewer.account, viewer.role) == (MARINA_MAIL, ACME, Role.ADMIN)


@pytest.mark.parametrize(
    ("email", "password"),
    [
        pytest.param(MARINA_MAIL, "восемь тихих сосен", id="wrong password"),
        pytest.param("nobody@acme.example", PASSWORD, id="unknown e-mail"),
        pytest.param("not an e-mail", PASSWORD, id="no e-mail at all"),
        pytest.param(MARINA_MAIL, "", id="empty password"),
    ],
)
async def test_everything_else_is_one_answer(acme: Database, email: str, password: str) -> None:
    outcome = await actions.sign_in(acme, credentials(email, password), MONDAY_10_00)
    assert outcome == WrongPassword()


async def test_the_database_has_no_token_and_no_password(acme: Database) -> None:
    signed_in = await enter(acme)
    async with acme.system() as tx:
        sessions = [tuple(row) for row in await tx.rows("SELECT * FROM session")]
        people = [tuple(row) for row in await tx.rows("SELECT * FROM person")]
    assert signed_in.token not in str(sessions)
    assert PASSWORD not in str(people)
    assert "$argon2id$" in str(people)


@pytest.mark.parametrize("table", ["person", "session", "sign_in_attempt"])
async def test_a_tenant_reads_no_secrets_of_people(acme: Database, table: str) -> None:
    with pytest.raises(Exception, match="permission denied"):
        async with acme.tenant(ACME) as tx:
            await tx.rows(f"SELECT * FROM {table}")


async def test_signing_in_ends_the_old_session_of_the_browser(acme: Database) -> None:
    old = await enter(acme)
    outcome = await actions.sign_in(acme, credentials(), MONDAY_10_00, old_token=old.token)
    assert isinstance(outcome, SignedIn)
    assert outcome.token != old.token
    assert await queries.recognise(acme, old.token, MONDAY_10_00) is None


async def test_guessing_is_slowed_and_the_password_is_not_looked_at(acme: Database) -> None:
    for _ in range(5):
        await actions.sign_in(acme, credentials(password="гадаю, гадаю"), MONDAY_10_00)
    outcome = await actions.sign_in(acme, credentials(), MONDAY_10_00)
    assert outcome == TooSoon(SECOND)
    assert isinstance(await actions.sign_in(acme, credentials(), MONDAY_10_00 + SECOND), SignedIn)


async def test_refused_attempts_do_not_add_to_the_delay(acme: Database) -> None:
    for _ in range(5):
        await actions.sign_in(acme, credentials(password="гадаю, гадаю"), MONDAY_10_00)
    for _ in range(20):
        assert await actions.sign_in(acme, credentials(), MONDAY_10_00) == TooSoon(SECOND)


async def test_a_known_place_is_not_slowed_by_a_stranger(acme: Database) -> None:
    await enter(acme)
    for _ in range(8):
        guess = credentials(password="гадаю, гадаю", address=HOME)
        await actions.sign_in(acme, guess, MONDAY_10_00)
    assert isinstance(await actions.sign_in(acme, credentials(), MONDAY_10_00), SignedIn)
    stranger = await actions.sign_in(acme, credentials(address=HOME), MONDAY_10_00)
    assert isinstance(stranger, TooSoon)


async def test_one_address_cannot_try_many_people(acme: Database) -> None:
    for number in range(30):
        guess = credentials(f"person{number}@acme.example", address=HOME)
        await actions.sign_in(acme, guess, MONDAY_10_00)
    outcome = await actions.sign_in(acme, credentials(address=HOME), MONDAY_10_00)
    assert isinstance(outcome, TooSoon)


async def test_many_guesses_at_once_see_each_other(acme: Database) -> None:
    guess = credentials(password="гадаю, гадаю")
    outcomes = await asyncio.gather(
        *(actions.sign_in(acme, guess, MONDAY_10_00) for _ in range(30))
    )
    looked_at = sum(isinstance(outcome, WrongPassword) for outcome in outcomes)
    assert looked_at <= 15


@pytest.mark.parametrize(
    ("later", "lives"),
    [
        (IDLE_MAX - SECOND, True),
        (IDLE_MAX, False),
    ],
)
async def test_an_unused_session_ends(acme: Database, later: timedelta, *, lives: bool) -> None:
    signed_in = await enter(acme)
    found = await queries.recognise(acme, signed_in.token, MONDAY_10_00 + later)
    assert (found is not None) is lives


async def test_a_used_session_ends_after_a_month(acme: Database) -> None:
    signed_in = await enter(acme)
    for days in range(30):
        moment = MONDAY_10_00 + timedelta(days=days)
        assert await queries.recognise(acme, signed_in.token, moment) is not None
    assert await queries.recognise(acme, signed_in.token, MONDAY_10_00 + AGE_MAX) is None


async def test_sessions_are_listed_and_ended(acme: Database) -> None:
    here, there, third = [await enter(acme) for _ in range(3)]
    viewer = await queries.recognise(acme, here.token, MONDAY_10_00)
    other = await queries.recognise(acme, there.token, MONDAY_10_00)
    assert viewer is not None
    assert other is not None
    assert len(await queries.open_sessions(acme, viewer.person_id, MONDAY_10_00)) == 3
    assert await actions.end_session(acme, viewer, other.session_id, MONDAY_10_00)
    assert not await actions.end_session(acme, viewer, other.session_id, MONDAY_10_00)
    assert await queries.recognise(acme, there.token, MONDAY_10_00) is None
    assert await actions.end_other_sessions(acme, viewer, MONDAY_10_00) == 1
    assert await queries.recognise(acme, third.token, MONDAY_10_00) is None
    assert await queries.recognise(acme, here.token, MONDAY_10_00) == viewer


async def test_nobody_ends_a_session_of_somebody_else(acme: Database) -> None:
    await admit(acme, ANNA_MAIL, Role.EMPLOYEE)
    marina = await enter(acme)
    anna = await queries.recognise(acme, (await enter(acme, ANNA_MAIL)).token, MONDAY_10_00)
    viewer = await queries.recognise(acme, marina.token, MONDAY_10_00)
    assert anna is not None
    assert viewer is not None
    assert not await actions.end_session(acme, anna, viewer.session_id, MONDAY_10_00)
    assert await queries.recognise(acme, marina.token, MONDAY_10_00) is not None


async def test_a_closed_membership_ends_at_once(acme: Database) -> None:
    anna = await admit(acme, ANNA_MAIL, Role.EMPLOYEE, crm_user=ANNA)
    signed_in = await enter(acme, ANNA_MAIL)
    closed = Membership(anna, Role.EMPLOYEE, ANNA, is_active=False)
    assert await actions.change_member(acme, ACME, closed, MONDAY_10_00) is None
    assert await queries.recognise(acme, signed_in.token, MONDAY_10_00) is None
    again = await enter(acme, ANNA_MAIL)
    viewer = await queries.recognise(acme, again.token, MONDAY_10_00)
    assert viewer is not None
    assert (viewer.account, viewer.role) == (None, None)


async def test_a_new_role_counts_at_the_next_request(acme: Database) -> None:
    anna = await admit(acme, ANNA_MAIL, Role.EMPLOYEE)
    signed_in = await enter(acme, ANNA_MAIL)
    wanted = Membership(anna, Role.SUPERVISOR, BORIS)
    assert await actions.change_member(acme, ACME, wanted, MONDAY_10_00) is None
    viewer = await queries.recognise(acme, signed_in.token, MONDAY_10_00)
    assert viewer is not None
    assert (viewer.role, viewer.crm_user) == (Role.SUPERVISOR, BORIS)


async def test_two_admins_cannot_remove_each_other_at_once(acme: Database) -> None:
    marina = await admit(acme, "second@acme.example", Role.ADMIN)
    found = await queries.members(acme, ACME, MONDAY_10_00)
    wanted = [Membership(one.person_id, Role.EMPLOYEE, None) for one in found]
    assert marina in {one.person for one in wanted}
    outcomes = await asyncio.gather(
        *(actions.change_member(acme, ACME, one, MONDAY_10_00) for one in wanted)
    )
    assert sorted(outcomes, key=str) == sorted([None, AccessRefusal.LAST_ADMIN], key=str)


async def test_a_refused_person_leaves_no_trace(acme: Database) -> None:
    await admit(acme, ANNA_MAIL, Role.EMPLOYEE, crm_user=ANNA)
    new = NewPerson("second@acme.example", "Вторая", Role.EMPLOYEE, ACME, crm_user=ANNA)
    assert await actions.add_person(acme, new, MONDAY_10_00) is AccessRefusal.EMPLOYEE_TAKEN
    async with acme.system() as tx:
        assert await tx.value("SELECT count(*) FROM person WHERE name = 'Вторая'") == 0


async def test_a_made_password_opens(acme: Database) -> None:
    new = NewPerson("Oleg@acme.example", "Олег", Role.EMPLOYEE, ACME)
    added = await actions.add_person(acme, new, MONDAY_10_00)
    assert isinstance(added, AddedPerson)
    assert added.password is not None
    given = credentials("oleg@acme.example", added.password)
    assert isinstance(await actions.sign_in(acme, given, MONDAY_10_00), SignedIn)


@pytest.mark.parametrize(
    ("email", "password", "refusal"),
    [
        ("nobody", None, AccessRefusal.BAD_EMAIL),
        ("oleg@acme.example", "1234", AccessRefusal.WEAK_PASSWORD),
        (MARINA_MAIL, None, AccessRefusal.ALREADY_HERE),
    ],
)
async def test_who_is_not_let_in(
    acme: Database, email: str, password: str | None, refusal: AccessRefusal
) -> None:
    new = NewPerson(email, "Олег", Role.ADMIN, ACME, password)
    assert await actions.add_person(acme, new, MONDAY_10_00) is refusal


async def test_an_administrator_of_another_account_changes_no_password(acme: Database) -> None:
    await connect(acme, OTHER, "Другой")
    new = NewPerson(MARINA_MAIL, "Чужая", Role.EMPLOYEE, OTHER, "чужой новый пароль")
    added = await actions.add_person(acme, new, MONDAY_10_00)
    assert isinstance(added, AddedPerson)
    assert added.password is None
    assert isinstance(await actions.sign_in(acme, credentials(), MONDAY_10_00), SignedIn)


async def test_another_account_comes_under_a_new_token(acme: Database) -> None:
    await connect(acme, OTHER, "Другой")
    await admit(acme, account=OTHER, role=Role.EMPLOYEE)
    signed_in = await enter(acme)
    viewer = await queries.recognise(acme, signed_in.token, MONDAY_10_00)
    assert viewer is not None
    assert (viewer.account, viewer.places) == (ACME, 2)
    switched = await actions.switch_account(acme, viewer, signed_in.token, OTHER, MONDAY_10_00)
    assert switched is not None
    assert await queries.recognise(acme, signed_in.token, MONDAY_10_00) is None
    there = await queries.recognise(acme, switched.token, MONDAY_10_00)
    assert there is not None
    assert (there.account, there.role) == (OTHER, Role.EMPLOYEE)


async def test_a_strange_account_stays_closed(acme: Database) -> None:
    await connect(acme, OTHER, "Другой")
    signed_in = await enter(acme)
    viewer = await queries.recognise(acme, signed_in.token, MONDAY_10_00)
    assert viewer is not None
    found = await actions.switch_account(acme, viewer, signed_in.token, OTHER, MONDAY_10_00)
    assert found is None
    assert await queries.recognise(acme, signed_in.token, MONDAY_10_00) == viewer


async def test_an_operator_needs_no_account(db: Database) -> None:
    await admit(db, account=None)
    viewer = await queries.recognise(db, (await enter(db)).token, MONDAY_10_00)
    assert viewer is not None
    assert (viewer.account, viewer.role, viewer.is_operator) == (None, None, True)


async def test_a_new_password_ends_the_other_sessions(acme: Database) -> None:
    here, there = await enter(acme), await enter(acme)
    viewer = await queries.recognise(acme, here.token, MONDAY_10_00)
    assert viewer is not None
    change = actions.change_password
    assert await change(acme, viewer, "не тот", "новый пароль", MONDAY_10_00) is (
        AccessRefusal.WRONG_PASSWORD
    )
    assert (
        await change(acme, viewer, PASSWORD, "короче", MONDAY_10_00) is AccessRefusal.WEAK_PASSWORD
    )
    assert await change(acme, viewer, PASSWORD, "девять тихих сосен", MONDAY_10_00) is None
    assert await queries.recognise(acme, there.token, MONDAY_10_00) is None
    assert await queries.recognise(acme, here.token, MONDAY_10_00) == viewer
    assert await actions.sign_in(acme, credentials(), MONDAY_10_00) == WrongPassword()


async def test_old_attempts_and_sessions_are_forgotten(acme: Database) -> None:
    signed_in = await enter(acme)
    await actions.forget(acme, MONDAY_10_00 + timedelta(days=29))
    assert await queries.recognise(acme, signed_in.token, MONDAY_10_00) is not None
    await actions.forget(acme, MONDAY_10_00 + timedelta(days=91))
    async with acme.system() as tx:
        assert await tx.value("SELECT count(*) FROM sign_in_attempt") == 0
        assert await tx.value("SELECT count(*) FROM session") == 0


async def test_a_weak_hash_is_renewed_at_the_next_sign_in(acme: Database) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    async with acme.system() as tx:
        await tx.run("UPDATE person SET password_hash = :weak", weak=weak)
    await enter(acme)
    async with acme.system() as tx:
        assert "m=8," not in await tx.value("SELECT password_hash FROM person")
    await enter(acme)
