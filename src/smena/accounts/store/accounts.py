"""The rows of accounts. Which of them a transaction sees is decided by row-level security."""

from datetime import datetime

from smena.accounts.model import Account, AccountState, NewAccount
from smena.kernel.db import Tx
from smena.kernel.ids import AccountId

COLUMNS = """id, name, base_url, subdomain, coalesce(own_time_zone, time_zone) AS time_zone,
       time_zone AS crm_time_zone, language, state, state_reason AS reason, connected_at,
       active_since"""
ONE = f"SELECT {COLUMNS} FROM account WHERE id = :account"  # noqa: S608 -- a constant list

# Connecting again keeps `active_since` unless the account had been disconnected meanwhile.
CONNECT = """
INSERT INTO account (id, name, base_url, subdomain, time_zone, state, connected_at,
                     active_since)
VALUES (:id, :name, :base_url, :subdomain, :time_zone, 'connected', :now, :now)
ON CONFLICT (id) DO UPDATE SET
    name = excluded.name, base_url = excluded.base_url, subdomain = excluded.subdomain,
    time_zone = excluded.time_zone, connected_at = excluded.connected_at,
    active_since = CASE WHEN account.state = 'disconnected' THEN excluded.active_since
                        ELSE account.active_since END,
    state = 'connected', state_reason = ''
"""

SET_STATE = "UPDATE account SET state = :state, state_reason = :reason WHERE id = :account"

TURN = """
UPDATE account SET state = :state, state_reason = :reason WHERE id = :account AND state = :seen
"""

SET_REASON = "UPDATE account SET state_reason = :reason WHERE id = :account"

MOVE = "UPDATE account SET base_url = :base_url, subdomain = :subdomain WHERE id = :account"

NOTE_ZONE = """
UPDATE account SET time_zone = :zone WHERE id = :account AND time_zone <> :zone
"""


async def one(tx: Tx, account: AccountId) -> Account | None:
    return await tx.one(Account, ONE, account=account)


async def connect(tx: Tx, new: NewAccount, now: datetime) -> None:
    await tx.run(
        CONNECT,
        id=new.id,
        name=new.name,
        base_url=new.base_url,
        subdomain=new.subdomain,
        time_zone=new.time_zone,
        now=now,
    )


async def set_state(tx: Tx, account: AccountId, state: AccountState, reason: str) -> None:
    await tx.run(SET_STATE, account=account, state=state.value, reason=reason)


async def turn(
    tx: Tx, account: AccountId, seen: AccountState, state: AccountState, reason: str
) -> bool:
    found = await tx.run(TURN, account=account, seen=seen.value, state=state.value, reason=reason)
    return found == 1


async def set_reason(tx: Tx, account: AccountId, reason: str) -> None:
    await tx.run(SET_REASON, account=account, reason=reason)


async def move(tx: Tx, account: AccountId, base_url: str, subdomain: str) -> None:
    await tx.run(MOVE, account=account, base_url=base_url, subdomain=subdomain)


async def note_time_zone(tx: Tx, account: AccountId, zone: str) -> None:
    await tx.run(NOTE_ZONE, account=account, zone=zone)
