"""The rows of consents under way: asked for here, given in amoCRM, ended by the same browser.

All of it needs a system transaction: which account it will be is known at the end.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from smena.connectors.amocrm.model import ConsentAsked, Integration, UnsolicitedCode
from smena.kernel.crypto import Vault
from smena.kernel.db import Row, Tx
from smena.kernel.ids import AccountId

KEPT = timedelta(days=1)
OFFERS_MAX = 5
"""Codes for one integration of an account that may wait for a word at the same time."""

_COLUMNS = "id, account_id, base_url, client_id, client_secret, redirect_uri, code, expires_at"

ASK = """
INSERT INTO amocrm_consent (id, session_id, account_id, base_url, client_id, client_secret,
                            redirect_uri, code, made_at, expires_at)
VALUES (:id, :session, :account, :base_url, :client, :secret, :redirect_uri, :code, :now,
        :expires_at)
"""

# Single use, and only by the browser that asked: zero rows for anybody else, or a second time.
TAKE = f"""
UPDATE amocrm_consent SET used_at = :now
 WHERE id = :id AND session_id = :session AND used_at IS NULL AND expires_at > :now
RETURNING {_COLUMNS}
"""  # noqa: S608 -- a constant list

# An unsolicited code for a known account may be confirmed by any of its administrators.
TAKE_OFFER = f"""
UPDATE amocrm_consent SET used_at = :now
 WHERE id = :id AND (session_id = :session OR account_id = :account) AND code IS NOT NULL
   AND used_at IS NULL AND expires_at > :now
RETURNING {_COLUMNS}
"""  # noqa: S608 -- a constant list

OPEN = f"""
SELECT {_COLUMNS} FROM amocrm_consent
 WHERE session_id = :session AND code IS NULL AND used_at IS NULL AND expires_at > :now
 ORDER BY made_at DESC LIMIT 1
"""  # noqa: S608 -- a constant list

OFFERS = f"""
SELECT {_COLUMNS} FROM amocrm_consent
 WHERE (session_id = :session OR account_id = :account) AND code IS NOT NULL
   AND used_at IS NULL AND expires_at > :now
 ORDER BY made_at DESC LIMIT 20
"""  # noqa: S608 -- a constant list

# Whoever knows the integration's secret here: the connected account of that host, a browser that
# asks now, any connected account. A browser that gave up half-way must not get an account's code.
BY_CLIENT = """
SELECT session_id, account_id, base_url, client_id, client_secret, redirect_uri
  FROM (SELECT 1 AS place, made_at, session_id, account_id, base_url, client_id, client_secret,
               redirect_uri
          FROM amocrm_consent
         WHERE client_id = :client AND code IS NULL AND used_at IS NULL AND expires_at > :now
         UNION ALL
        SELECT CASE WHEN split_part(a.base_url, '/', 3) = :host THEN 0 ELSE 2 END, NULL, NULL,
               i.account_id, a.base_url, i.client_id, i.client_secret, i.redirect_uri
          FROM amocrm_integration i JOIN account a ON a.id = i.account_id
         WHERE i.client_id = :client) AS known
 ORDER BY place, made_at DESC, account_id LIMIT 1
"""

# Anybody who knows an integration's id may bring a code, so none takes the place of another.
WAITING = """
SELECT code FROM amocrm_consent
 WHERE client_id = :client AND code IS NOT NULL AND used_at IS NULL AND expires_at > :now
   AND session_id IS NOT DISTINCT FROM CAST(:session AS uuid)
   AND account_id IS NOT DISTINCT FROM CAST(:account AS bigint)
"""

FORGET_OFFERS = """
DELETE FROM amocrm_consent
 WHERE client_id = :client AND code IS NOT NULL AND used_at IS NULL
   AND (session_id = :session OR account_id = :account)
"""

FORGET = "DELETE FROM amocrm_consent WHERE expires_at < :before"
FORGET_OF_SESSION = """
DELETE FROM amocrm_consent WHERE session_id = :session AND used_at IS NULL AND code IS NULL
"""

FORGET_OF = """
DELETE FROM amocrm_consent
 WHERE session_id = :session AND used_at IS NULL AND code IS NULL OR id = :id
"""


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose integration a code is for."""

    session: UUID | None
    account: AccountId | None
    base_url: str
    integration: Integration


async def ask(tx: Tx, vault: Vault, asked: ConsentAsked, session: UUID, now: datetime) -> None:
    """Begin a consent; an earlier one of the same browser is given up."""
    await tx.run(FORGET, before=now - KEPT)
    await tx.run(FORGET_OF_SESSION, session=session)
    origin = Origin(session, asked.account, asked.base_url, asked.integration)
    await _put(tx, vault, asked.id, origin, None, (now, asked.expires_at))


async def forget_of(tx: Tx, session: UUID, number: UUID) -> None:
    """Forget what has come to its end, and what this browser had begun beside it."""
    await tx.run(FORGET_OF, session=session, id=number)


async def keep_unsolicited(
    tx: Tx, vault: Vault, number: UUID, origin: Origin, code: str, times: tuple[datetime, datetime]
) -> bool:
    """Keep a code that came unasked, beside earlier ones; False when too many wait already."""
    await tx.run(FORGET, before=times[0] - KEPT)
    rows = await tx.rows(
        WAITING,
        client=origin.integration.client,
        session=origin.session,
        account=origin.account,
        now=times[0],
    )
    if code in {vault.open(row.code).decode() for row in rows}:
        return True  # a page that was loaded again
    if len(rows) >= OFFERS_MAX:
        return False
    await _put(tx, vault, number, origin, code, times)
    return True


async def forget_unsolicited(tx: Tx, client: str, session: UUID, account: AccountId) -> None:
    """Forget the codes that waited beside the one that has connected an account."""
    await tx.run(FORGET_OFFERS, client=client, session=session, account=account)


async def take(
    tx: Tx, vault: Vault, number: UUID, session: UUID, now: datetime
) -> ConsentAsked | None:
    row = await tx.row(TAKE, id=number, session=session, now=now)
    return None if row is None else _asked(row, vault)


async def take_unsolicited(
    tx: Tx, vault: Vault, number: UUID, whose: tuple[UUID, AccountId | None], now: datetime
) -> UnsolicitedCode | None:
    session, account = whose
    row = await tx.row(TAKE_OFFER, id=number, session=session, account=account, now=now)
    return None if row is None else _offer(row, vault)


async def open_one(tx: Tx, vault: Vault, session: UUID, now: datetime) -> ConsentAsked | None:
    row = await tx.row(OPEN, session=session, now=now)
    return None if row is None else _asked(row, vault)


async def unsolicited_codes(
    tx: Tx, vault: Vault, session: UUID, account: AccountId | None, now: datetime
) -> list[UnsolicitedCode]:
    rows = await tx.rows(OFFERS, session=session, account=account, now=now)
    return [_offer(row, vault) for row in rows]


async def origin_of(tx: Tx, vault: Vault, client: str, host: str, now: datetime) -> Origin | None:
    """Return whose integration `client` is; `host` says where somebody has just agreed."""
    row = await tx.row(BY_CLIENT, client=client, host=host, now=now)
    if row is None:
        return None
    account = None if row.account_id is None else AccountId(row.account_id)
    return Origin(row.session_id, account, row.base_url, _integration(row, vault))


async def _put(
    tx: Tx,
    vault: Vault,
    number: UUID,
    origin: Origin,
    code: str | None,
    times: tuple[datetime, datetime],
) -> None:
    made_at, expires_at = times
    await tx.run(
        ASK,
        id=number,
        session=origin.session,
        account=origin.account,
        base_url=origin.base_url,
        client=origin.integration.client,
        secret=vault.seal(origin.integration.secret.encode()),
        redirect_uri=origin.integration.redirect_uri,
        code=None if code is None else vault.seal(code.encode()),
        now=made_at,
        expires_at=expires_at,
    )


def _asked(row: Row, vault: Vault) -> ConsentAsked:
    account = None if row.account_id is None else AccountId(row.account_id)
    return ConsentAsked(row.id, account, row.base_url, _integration(row, vault), row.expires_at)


def _offer(row: Row, vault: Vault) -> UnsolicitedCode:
    return UnsolicitedCode(_asked(row, vault), vault.open(row.code).decode())


def _integration(row: Row, vault: Vault) -> Integration:
    return Integration(row.client_id, vault.open(row.client_secret).decode(), row.redirect_uri)
