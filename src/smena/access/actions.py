"""Verbs of access: signing in and out, sessions, letting people in."""

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta

from smena.access import passwords
from smena.access.core import admission, people, throttle
from smena.access.model import (
    AccessRefusal,
    AddedPerson,
    CheckedPerson,
    Credentials,
    Membership,
    NewPerson,
    PersonId,
    Role,
    SessionId,
    SignedIn,
    SignInOutcome,
    TooSoon,
    Viewer,
    WrongPassword,
)
from smena.access.store import attempts, sessions
from smena.access.store import people as people_rows
from smena.access.store.sessions import Visit
from smena.kernel.db import Database, Tx
from smena.kernel.ids import AccountId
from smena.kernel.ids_and_secrets import new_id, new_secret

GENERATED_BYTES = 12
KEPT_ATTEMPTS = timedelta(days=30)
KEPT_SESSIONS = timedelta(days=90)


async def sign_in(
    db: Database, given: Credentials, now: datetime, *, old_token: str | None = None
) -> SignInOutcome:
    """Check a password and open a new session; the browser's old one ends (fixation).

    The attempt is stored before the slow comparison, so that many at once see each other.
    """
    email = admission.clean_email(given.email) or ""
    async with db.system() as tx:
        attempt = await attempts.begin_attempt(tx, email, given.address, now)
    async with db.system() as tx:
        wait = await _wait(tx, attempt, email, given.address, now)
        if wait:
            await attempts.end_attempt(tx, attempt, "refused")
            return TooSoon(wait)
        found = await people_rows.password_by_email(tx, email)
    stored = None if found is None else found[1]
    is_right = await passwords.is_right(stored, given.password[: admission.PASSWORD_MAX])
    if found is None or not is_right:
        async with db.system() as tx:
            await attempts.end_attempt(tx, attempt, "failed")
        return WrongPassword()
    person, password_hash = found
    fresh = None
    if passwords.is_outdated(password_hash):
        fresh = await passwords.make(given.password)
    async with db.system() as tx:
        await attempts.end_attempt(tx, attempt, "done")
        if fresh is not None:
            await people_rows.set_password(tx, person, fresh)
        if old_token is not None:
            await sessions.end_by_token(tx, hash_token(old_token), now)
        accounts = await people_rows.choices(tx, person)
        account = accounts[0].account if accounts else None
        visit = Visit(person, account, now, given.user_agent[:300], given.address)
        return SignedIn(await _open(tx, visit, now), account)


async def sign_out(db: Database, token: str, now: datetime) -> None:
    async with db.system() as tx:
        await sessions.end_by_token(tx, hash_token(token), now)


async def switch_account(
    db: Database, viewer: Viewer, token: str, account: AccountId, now: datetime
) -> SignedIn | None:
    """Look at another account under a new token; None when the person has no place there."""
    async with db.system() as tx:
        choices = await people_rows.choices(tx, viewer.person_id)
        if account not in {choice.account for choice in choices}:
            return None
        visit = await sessions.end_by_token(tx, hash_token(token), now)
        if visit is None:
            return None
        return SignedIn(await _open(tx, replace(visit, account=account), now), account)


async def end_session(db: Database, viewer: Viewer, session: SessionId, now: datetime) -> bool:
    """End one of the viewer's own sessions."""
    async with db.system() as tx:
        return await sessions.end_one(tx, viewer.person_id, session, now)


async def end_other_sessions(db: Database, viewer: Viewer, now: datetime) -> int:
    async with db.system() as tx:
        return await sessions.end_others(tx, viewer.person_id, viewer.session_id, now)


async def end_sessions_of(db: Database, account: AccountId, person: PersonId, now: datetime) -> int:
    """End all sessions a person has in one account."""
    async with db.system() as tx:
        return await sessions.end_in_account(tx, person, account, now)


async def add_person(db: Database, new: NewPerson, now: datetime) -> AddedPerson | AccessRefusal:
    """Let somebody in: a new person with a password, or a known one into one more account."""
    checked = await check_person(new)
    if isinstance(checked, AccessRefusal):
        return checked
    async with db.system() as tx:
        return await admit(tx, checked, now)


async def check_person(new: NewPerson) -> CheckedPerson | AccessRefusal:
    """Look at what was typed and make the password's hash, which takes too long for `admit`."""
    email = admission.clean_email(new.email)
    if email is None:
        return AccessRefusal.BAD_EMAIL
    password = new.password or new_secret(GENERATED_BYTES)
    if not admission.is_strong(password, email):
        return AccessRefusal.WEAK_PASSWORD
    return CheckedPerson(
        email=email,
        name=admission.clean_name(new.name, email),
        password=password,
        password_hash=await passwords.make(password),
        role=new.role,
        account=new.account,
        crm_user=new.crm_user,
        is_operator=new.account is None or new.is_operator,
    )


async def admit(tx: Tx, new: CheckedPerson, now: datetime) -> AddedPerson | AccessRefusal:
    """Let somebody in whose form is good; needs a system transaction."""
    known = await people_rows.password_by_email(tx, new.email)
    if new.account is not None:
        person = PersonId(0) if known is None else known[0]
        present = await people_rows.lock_members(tx, new.account)
        place = Membership(person, new.role, new.crm_user)
        if refused := people.refuse_joining(present, place):
            return refused
    if known is None:
        person = await people_rows.add_person(tx, new.email, new.name, new.password_hash, now)
    else:
        person = known[0]
    if new.is_operator:
        await people_rows.make_operator(tx, person)
    if new.account is not None:
        place = Membership(person, new.role, new.crm_user)
        await people_rows.join(tx, new.account, place, now)
    return AddedPerson(person, new.password if known is None else None)


async def join(
    tx: Tx, account: AccountId, membership: Membership, now: datetime
) -> AccessRefusal | None:
    """Give a person a place in an account; needs a system transaction."""
    present = await people_rows.lock_members(tx, account)
    refused = people.refuse_joining(present, membership)
    if refused is None:
        await people_rows.join(tx, account, membership, now)
    return refused


async def join_as_admin(
    tx: Tx, account: AccountId, person: PersonId, now: datetime
) -> AccessRefusal | None:
    """Make a person an administrator, unless they are one; needs a system transaction."""
    wanted = Membership(person, Role.ADMIN, None)
    refused = await join(tx, account, wanted, now)
    if refused is AccessRefusal.ALREADY_HERE:
        present = await people_rows.lock_members(tx, account)
        mine = next(member for member in present if member.person == person)
        return None if mine.role is Role.ADMIN else refused
    return refused


async def change_member(
    db: Database, account: AccountId, wanted: Membership, now: datetime
) -> AccessRefusal | None:
    """Set somebody's role, employee and whether they may come in; leaving ends their sessions.

    Raises LookupError when the person has no place in this account.
    """
    async with db.system() as tx:
        present = await people_rows.lock_members(tx, account)
        if all(member.person != wanted.person for member in present):
            raise LookupError(f"person {wanted.person} has no place in account {account}")
        refused = people.refuse_change(present, wanted)
        if refused is None:
            await people_rows.change_member(tx, account, wanted)
            if not wanted.is_active:
                await sessions.end_in_account(tx, wanted.person, account, now)
        return refused


async def change_password(
    db: Database, viewer: Viewer, old: str, new: str, now: datetime
) -> AccessRefusal | None:
    """Set one's own password; all other sessions end."""
    if not admission.is_strong(new, viewer.email):
        return AccessRefusal.WEAK_PASSWORD
    async with db.system() as tx:
        stored = await people_rows.password_of(tx, viewer.person_id)
    if not await passwords.is_right(stored, old):
        return AccessRefusal.WRONG_PASSWORD
    fresh = await passwords.make(new)
    async with db.system() as tx:
        await people_rows.set_password(tx, viewer.person_id, fresh)
        await sessions.end_others(tx, viewer.person_id, viewer.session_id, now)
    return None


async def forget(db: Database, now: datetime) -> None:
    """Delete attempts and sessions that are of no use any more."""
    async with db.system() as tx:
        await attempts.forget(tx, now - KEPT_ATTEMPTS)
        await sessions.forget(tx, now - KEPT_SESSIONS)


def hash_token(token: str) -> bytes:
    """Return what the database keeps of a token: random and long, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).digest()


async def _open(tx: Tx, visit: Visit, now: datetime) -> str:
    token = new_secret()
    await sessions.open_session(tx, SessionId(new_id()), hash_token(token), visit, now)
    return token


async def _wait(tx: Tx, attempt: int, email: str, address: str, now: datetime) -> timedelta:
    since = now - throttle.REMEMBERED
    of_email, of_address = await attempts.failures(tx, attempt, email, address, since)
    return max(
        throttle.wait(of_email, now, throttle.FOR_EMAIL),
        throttle.wait(of_address, now, throttle.FOR_ADDRESS),
    )
