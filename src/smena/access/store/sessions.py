"""Sessions: who is behind a token, opening, ending."""

from dataclasses import dataclass
from datetime import datetime

from smena.access.model import OpenSession, PersonId, Role, SessionId, Viewer
from smena.crm.model.entities import UserId
from smena.kernel.db import Tx
from smena.kernel.ids import AccountId

# The membership decides at every request, so ending it ends what its sessions may at once.
VIEWER = """
SELECT s.id, s.created_at, s.last_seen_at, p.id AS person_id, p.name, p.email, p.is_operator,
       m.account_id, m.role, m.crm_user_id,
       (SELECT count(*) FROM membership o WHERE o.person_id = p.id AND o.is_active) AS places
  FROM session s
  JOIN person p ON p.id = s.person_id
  LEFT JOIN membership m
    ON m.account_id = s.account_id AND m.person_id = s.person_id AND m.is_active
 WHERE s.token_hash = :token_hash AND s.ended_at IS NULL
"""

SEEN = "UPDATE session SET last_seen_at = :now WHERE id = :id AND last_seen_at < :now"

OPEN = """
INSERT INTO session (id, token_hash, person_id, account_id, created_at, last_seen_at,
                     user_agent, address)
VALUES (:id, :token_hash, :person, :account, :created_at, :now, :user_agent, :address)
"""

END_BY_TOKEN = """
UPDATE session SET ended_at = :now WHERE token_hash = :token_hash AND ended_at IS NULL
RETURNING person_id, account_id, created_at, user_agent, address
"""  # noqa: S105 -- a statement

END_ONE = """
UPDATE session SET ended_at = :now WHERE id = :id AND person_id = :person AND ended_at IS NULL
"""

END_OTHERS = """
UPDATE session SET ended_at = :now
 WHERE person_id = :person AND id <> :keep AND ended_at IS NULL
"""

END_IN_ACCOUNT = """
UPDATE session SET ended_at = :now
 WHERE person_id = :person AND account_id = :account AND ended_at IS NULL
"""

SESSIONS = """
SELECT id, created_at, last_seen_at, user_agent, address FROM session
 WHERE person_id = :person AND ended_at IS NULL
   AND last_seen_at > :idle_since AND created_at > :created_since
 ORDER BY last_seen_at DESC LIMIT 100
"""

FORGET_SESSIONS = "DELETE FROM session WHERE coalesce(ended_at, last_seen_at) < :before"


@dataclass(frozen=True, slots=True)
class FoundSession:
    """A session that is not ended, with the person behind it."""

    viewer: Viewer
    created_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Visit:
    """Whose browser a session is."""

    person: PersonId
    account: AccountId | None
    created_at: datetime
    user_agent: str
    address: str


async def find_viewer(tx: Tx, token_hash: bytes) -> FoundSession | None:
    row = await tx.row(VIEWER, token_hash=token_hash)
    if row is None:
        return None
    viewer = Viewer(
        person_id=PersonId(row.person_id),
        account=None if row.account_id is None else AccountId(row.account_id),
        name=row.name,
        email=row.email,
        role=None if row.role is None else Role(row.role),
        crm_user=None if row.crm_user_id is None else UserId(row.crm_user_id),
        session_id=SessionId(row.id),
        is_operator=row.is_operator,
        places=row.places,
    )
    return FoundSession(viewer, row.created_at, row.last_seen_at)


async def note_seen(tx: Tx, session: SessionId, now: datetime) -> None:
    await tx.run(SEEN, id=session, now=now)


async def open_session(
    tx: Tx, session: SessionId, token_hash: bytes, visit: Visit, now: datetime
) -> None:
    await tx.run(
        OPEN,
        id=session,
        token_hash=token_hash,
        person=visit.person,
        account=visit.account,
        created_at=visit.created_at,
        user_agent=visit.user_agent,
        address=visit.address,
        now=now,
    )


async def end_by_token(tx: Tx, token_hash: bytes, now: datetime) -> Visit | None:
    row = await tx.row(END_BY_TOKEN, token_hash=token_hash, now=now)
    if row is None:
        return None
    account = None if row.account_id is None else AccountId(row.account_id)
    return Visit(PersonId(row.person_id), account, row.created_at, row.user_agent, row.address)


async def end_one(tx: Tx, person: PersonId, session: SessionId, now: datetime) -> bool:
    return bool(await tx.run(END_ONE, id=session, person=person, now=now))


async def end_others(tx: Tx, person: PersonId, keep: SessionId, now: datetime) -> int:
    return await tx.run(END_OTHERS, person=person, keep=keep, now=now)


async def end_in_account(tx: Tx, person: PersonId, account: AccountId, now: datetime) -> int:
    return await tx.run(END_IN_ACCOUNT, person=person, account=account, now=now)


async def sessions(
    tx: Tx, person: PersonId, idle_since: datetime, created_since: datetime
) -> list[OpenSession]:
    rows = await tx.rows(
        SESSIONS, person=person, idle_since=idle_since, created_since=created_since
    )
    return [
        OpenSession(SessionId(r.id), r.created_at, r.last_seen_at, r.user_agent, r.address)
        for r in rows
    ]


async def forget(tx: Tx, before: datetime) -> int:
    """Delete sessions that are long over; those that idled out go the same way."""
    return await tx.run(FORGET_SESSIONS, before=before)
