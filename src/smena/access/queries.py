"""Questions about who is here."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from smena.access.actions import hash_token
from smena.access.core import lifetime
from smena.access.model import AccountChoice, Member, OpenSession, PersonId, Viewer
from smena.access.store import people, sessions
from smena.accounts.model import Module
from smena.kernel.db import Database
from smena.kernel.ids import AccountId


class Carrier(Protocol):
    """A request, seen from here: the middleware puts the viewer into its state."""

    @property
    def scope(self) -> Any: ...


def viewer(request: Carrier) -> Viewer:
    """Return who is behind the request; raises LookupError on a page open to strangers."""
    found = viewer_or_none(request)
    if found is None:
        raise LookupError("nobody is signed in: the page lacks its guard")
    return found


def viewer_or_none(request: Carrier) -> Viewer | None:
    found: Viewer | None = (request.scope.get("state") or {}).get("viewer")
    return found


def account_of(request: Carrier) -> AccountId:
    """Return the account that the viewer looks at; raises LookupError without one."""
    account = viewer(request).account
    if account is None:
        raise LookupError("the viewer has no account: the page lacks its guard")
    return account


def modules_off(request: Carrier) -> frozenset[Module]:
    """Return what the account that is looked at does without."""
    found: frozenset[Module] = (request.scope.get("state") or {}).get("modules_off", frozenset())
    return found


async def recognise(db: Database, token: str, now: datetime) -> Viewer | None:
    """Return who holds the token, unless the session is over; notes that it was used."""
    async with db.system() as tx:
        found = await sessions.find_viewer(tx, hash_token(token))
        if found is None or lifetime.is_over(found.created_at, found.last_seen_at, now):
            return None
        if lifetime.needs_note(found.last_seen_at, now):
            await sessions.note_seen(tx, found.viewer.session_id, now)
        return found.viewer


async def open_sessions(db: Database, person: PersonId, now: datetime) -> list[OpenSession]:
    async with db.system() as tx:
        return await sessions.sessions(tx, person, now - lifetime.IDLE_MAX, now - lifetime.AGE_MAX)


async def members(db: Database, account: AccountId, now: datetime) -> list[Member]:
    """Return the people of one account by name; names sort here, not in the database."""
    async with db.system() as tx:
        found = await people.members(tx, account, now - lifetime.IDLE_MAX, now - lifetime.AGE_MAX)
    return sorted(found, key=lambda member: (not member.is_active, member.name.casefold()))


async def accounts_of(db: Database, person: PersonId) -> Sequence[AccountChoice]:
    """Return the accounts a person may look at, the latest one first."""
    async with db.system() as tx:
        return await people.choices(tx, person)


async def admins(db: Database, account: AccountId) -> list[str]:
    """Return the names of those who may set up an account."""
    async with db.system() as tx:
        return sorted(await people.admins(tx, account), key=str.casefold)
