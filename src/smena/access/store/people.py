"""People, their passwords and what they are in each account."""

from datetime import datetime

from smena.access.model import AccountChoice, Member, Membership, PersonId, Role
from smena.crm.model.entities import UserId
from smena.kernel.db import Tx
from smena.kernel.ids import AccountId

PERSON_BY_EMAIL = "SELECT id, password_hash FROM person WHERE email = :email"

PASSWORD_OF = "SELECT password_hash FROM person WHERE id = :person"  # noqa: S105 -- a statement

SET_PASSWORD = "UPDATE person SET password_hash = :hash WHERE id = :person"  # noqa: S105 -- a statement

ADD_PERSON = """
INSERT INTO person (email, name, password_hash, is_operator, created_at)
VALUES (:email, :name, :hash, :is_operator, :now)
RETURNING id
"""

MAKE_OPERATOR = "UPDATE person SET is_operator = true WHERE id = :person"

# Somebody who had left comes back as what they are now.
JOIN = """
INSERT INTO membership (account_id, person_id, role, crm_user_id, is_active, created_at)
VALUES (:account, :person, :role, :crm_user, true, :now)
ON CONFLICT (account_id, person_id) DO UPDATE
   SET role = excluded.role, crm_user_id = excluded.crm_user_id, is_active = true
 WHERE NOT membership.is_active
"""

# Locked in one order, so that two administrators cannot take away each other's role at once.
LOCK_MEMBERS = """
SELECT person_id, role, is_active, crm_user_id FROM membership
 WHERE account_id = :account ORDER BY person_id FOR UPDATE
"""

CHANGE_MEMBER = """
UPDATE membership SET role = :role, crm_user_id = :crm_user, is_active = :is_active
 WHERE account_id = :account AND person_id = :person
"""

MEMBERS = """
SELECT m.person_id, p.name, p.email, m.role, m.crm_user_id AS crm_user, m.is_active,
       max(s.last_seen_at) AS last_seen_at,
       count(s.id) FILTER (WHERE s.ended_at IS NULL AND s.last_seen_at > :idle_since
                             AND s.created_at > :created_since) AS sessions
  FROM membership m
  JOIN person p ON p.id = m.person_id
  LEFT JOIN session s ON s.person_id = m.person_id AND s.account_id = m.account_id
 WHERE m.account_id = :account
 GROUP BY m.person_id, p.name, p.email, m.role, m.crm_user_id, m.is_active
"""

ADMINS = """
SELECT p.name FROM membership m JOIN person p ON p.id = m.person_id
 WHERE m.account_id = :account AND m.is_active AND m.role = 'admin'
"""

# The account that was looked at last comes first: it opens after signing in.
CHOICES = """
SELECT m.account_id, a.name FROM membership m
  JOIN account a ON a.id = m.account_id
 WHERE m.person_id = :person AND m.is_active
 ORDER BY (SELECT max(s.last_seen_at) FROM session s
            WHERE s.person_id = m.person_id AND s.account_id = m.account_id) DESC NULLS LAST,
          m.account_id
"""


async def password_by_email(tx: Tx, email: str) -> tuple[PersonId, str] | None:
    row = await tx.row(PERSON_BY_EMAIL, email=email)
    return None if row is None else (PersonId(row.id), row.password_hash)


async def password_of(tx: Tx, person: PersonId) -> str:
    return str(await tx.value(PASSWORD_OF, person=person))


async def set_password(tx: Tx, person: PersonId, password_hash: str) -> None:
    await tx.run(SET_PASSWORD, person=person, hash=password_hash)


async def choices(tx: Tx, person: PersonId) -> list[AccountChoice]:
    rows = await tx.rows(CHOICES, person=person)
    return [AccountChoice(AccountId(row.account_id), row.name) for row in rows]


async def members(
    tx: Tx, account: AccountId, idle_since: datetime, created_since: datetime
) -> list[Member]:
    return await tx.all(
        Member, MEMBERS, account=account, idle_since=idle_since, created_since=created_since
    )


async def add_person(tx: Tx, email: str, name: str, password_hash: str, now: datetime) -> PersonId:
    found = await tx.value(
        ADD_PERSON, email=email, name=name, hash=password_hash, is_operator=False, now=now
    )
    return PersonId(found)


async def make_operator(tx: Tx, person: PersonId) -> None:
    await tx.run(MAKE_OPERATOR, person=person)


async def join(tx: Tx, account: AccountId, membership: Membership, now: datetime) -> bool:
    """Give a place in an account; False when the person has one already."""
    return bool(
        await tx.run(
            JOIN,
            account=account,
            person=membership.person,
            role=membership.role.value,
            crm_user=membership.crm_user,
            now=now,
        )
    )


async def lock_members(tx: Tx, account: AccountId) -> list[Membership]:
    return [
        Membership(
            PersonId(row.person_id),
            Role(row.role),
            None if row.crm_user_id is None else UserId(row.crm_user_id),
            row.is_active,
        )
        for row in await tx.rows(LOCK_MEMBERS, account=account)
    ]


async def change_member(tx: Tx, account: AccountId, membership: Membership) -> None:
    await tx.run(
        CHANGE_MEMBER,
        account=account,
        person=membership.person,
        role=membership.role.value,
        crm_user=membership.crm_user,
        is_active=membership.is_active,
    )


async def admins(tx: Tx, account: AccountId) -> list[str]:
    return [row.name for row in await tx.rows(ADMINS, account=account)]
