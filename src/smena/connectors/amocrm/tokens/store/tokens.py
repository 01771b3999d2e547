"""The rows of tokens and integrations: sealed on their way in, opened on their way out."""

from datetime import datetime

from smena.connectors.amocrm.api.core.target import Version
from smena.connectors.amocrm.model import Integration
from smena.connectors.amocrm.tokens.core.refresh import AccessWay, Tokens
from smena.connectors.amocrm.tokens.core.token_response import TokenPair
from smena.kernel.crypto import Vault
from smena.kernel.db import Tx

_COLUMNS = """
    way, number, access, refresh, previous_refresh, issued_at, expires_at, api_domain, is_used,
    retry_at, trouble, lost_at
"""

ONE = f"SELECT {_COLUMNS} FROM amocrm_token WHERE account_id = :account"  # noqa: S608 -- a constant list

# Whoever holds this row asks amoCRM; the others wait and find the new pair. The answer may take a
# while, and a transaction cut short would lose a pair that exists once.
PATIENCE = "SET LOCAL idle_in_transaction_session_timeout = '120s'"
LOCK = f"{ONE} FOR UPDATE"

PUT = """
INSERT INTO amocrm_token AS kept (account_id, way, number, access, refresh, issued_at, expires_at,
                                  api_domain)
VALUES (:account, :way, 1, :access, :refresh, :issued_at, :expires_at, :api_domain)
ON CONFLICT (account_id) DO UPDATE
   SET way = excluded.way, number = kept.number + 1, access = excluded.access,
       refresh = excluded.refresh, previous_refresh = NULL, issued_at = excluded.issued_at,
       expires_at = excluded.expires_at, api_domain = excluded.api_domain, is_used = false,
       retry_at = NULL, trouble = '', lost_at = NULL
"""

# Only over the pair it was made from: a person may have connected the account again meanwhile.
RENEWED = """
UPDATE amocrm_token
   SET number = number + 1, access = :access, refresh = :refresh, previous_refresh = refresh,
       issued_at = :issued_at, expires_at = :expires_at, api_domain = :api_domain, is_used = false,
       retry_at = NULL, trouble = '', lost_at = NULL
 WHERE account_id = :account AND number = :number
"""

USED = """
UPDATE amocrm_token SET is_used = true, previous_refresh = NULL
 WHERE account_id = :account AND number = :number AND NOT is_used
"""

TROUBLED = """
UPDATE amocrm_token SET trouble = :trouble, retry_at = :retry_at
 WHERE account_id = :account AND number = :number
"""

LOST = """
UPDATE amocrm_token SET trouble = :trouble, lost_at = :now, retry_at = NULL
 WHERE account_id = :account AND number = :number
"""

REASON = "UPDATE amocrm_token SET trouble = :trouble WHERE account_id = :account"


FORGET = "DELETE FROM amocrm_token WHERE account_id = :account"

FORGET_NUMBER = "DELETE FROM amocrm_token WHERE account_id = :account AND number = :number"

INTEGRATION = """
SELECT client_id, client_secret, redirect_uri FROM amocrm_integration WHERE account_id = :account
"""

PUT_INTEGRATION = """
INSERT INTO amocrm_integration (account_id, client_id, client_secret, redirect_uri)
VALUES (:account, :client, :secret, :redirect_uri)
ON CONFLICT (account_id) DO UPDATE
   SET client_id = excluded.client_id, client_secret = excluded.client_secret,
       redirect_uri = excluded.redirect_uri
"""

FORGET_INTEGRATION = "DELETE FROM amocrm_integration WHERE account_id = :account"


async def one(tx: Tx, vault: Vault) -> Tokens | None:
    return await _read(tx, vault, ONE)


async def lock(tx: Tx, vault: Vault) -> Tokens | None:
    """Read for a renewal, one at a time over all nodes."""
    await tx.run(PATIENCE)
    return await _read(tx, vault, LOCK)


async def hold(tx: Tx) -> None:
    """Wait for a renewal under way, and keep others away until this transaction ends."""
    await tx.run(
        "SELECT FROM amocrm_token WHERE account_id = :account FOR UPDATE", account=tx.account
    )


async def put_long_lived(
    tx: Tx, vault: Vault, token: str, issued_at: datetime, expires_at: datetime | None
) -> None:
    await tx.run(
        PUT,
        account=tx.account,
        way=AccessWay.TOKEN.value,
        access=vault.seal(token.encode()),
        refresh=None,
        issued_at=issued_at,
        expires_at=expires_at,
        api_domain="",
    )


async def put_pair(tx: Tx, vault: Vault, pair: TokenPair) -> None:
    await tx.run(PUT, account=tx.account, way=AccessWay.OAUTH.value, **_pair_values(vault, pair))


async def save_renewed(tx: Tx, vault: Vault, number: int, pair: TokenPair) -> bool:
    """Replace the pair that had this number; tell whether it was still there."""
    found = await tx.run(RENEWED, account=tx.account, number=number, **_pair_values(vault, pair))
    return found == 1


async def note_used(tx: Tx, number: int) -> None:
    await tx.run(USED, account=tx.account, number=number)


async def note_trouble(tx: Tx, number: int, trouble: str, retry_at: datetime) -> None:
    await tx.run(
        TROUBLED, account=tx.account, number=number, trouble=trouble[:500], retry_at=retry_at
    )


async def note_lost(tx: Tx, number: int, trouble: str, now: datetime) -> None:
    await tx.run(LOST, account=tx.account, number=number, trouble=trouble[:500], now=now)


async def note_reason(tx: Tx, trouble: str) -> None:
    await tx.run(REASON, account=tx.account, trouble=trouble)


async def reason(tx: Tx) -> str:
    """Return why the tokens will not do, as far as it is known."""
    return (
        await tx.value(
            "SELECT trouble FROM amocrm_token WHERE account_id = :account", account=tx.account
        )
        or ""
    )


async def version(tx: Tx) -> Version | None:
    """Tell which tokens are stored."""
    row = await tx.row(
        "SELECT number, issued_at FROM amocrm_token WHERE account_id = :account", account=tx.account
    )
    return None if row is None else (row.number, row.issued_at)


async def forget(tx: Tx) -> None:
    await tx.run(FORGET, account=tx.account)


async def forget_number(tx: Tx, number: int) -> bool:
    """Forget the tokens that had this number; tell whether they were still there."""
    return await tx.run(FORGET_NUMBER, account=tx.account, number=number) == 1


async def integration(tx: Tx, vault: Vault) -> Integration | None:
    row = await tx.row(INTEGRATION, account=tx.account)
    if row is None:
        return None
    return Integration(row.client_id, vault.open(row.client_secret).decode(), row.redirect_uri)


async def put_integration(tx: Tx, vault: Vault, known: Integration) -> None:
    await tx.run(
        PUT_INTEGRATION,
        account=tx.account,
        client=known.client,
        secret=vault.seal(known.secret.encode()),
        redirect_uri=known.redirect_uri,
    )


async def forget_integration(tx: Tx) -> None:
    await tx.run(FORGET_INTEGRATION, account=tx.account)


def _pair_values(vault: Vault, pair: TokenPair) -> dict[str, object]:
    return {
        "access": vault.seal(pair.access.encode()),
        "refresh": vault.seal(pair.refresh.encode()),
        "issued_at": pair.issued_at,
        "expires_at": pair.expires_at,
        "api_domain": pair.api_domain,
    }


async def _read(tx: Tx, vault: Vault, statement: str) -> Tokens | None:
    row = await tx.row(statement, account=tx.account)
    if row is None:
        return None

    def opened(sealed: bytes | None) -> str | None:
        return None if sealed is None else vault.open(sealed).decode()

    return Tokens(
        way=AccessWay(row.way),
        number=row.number,
        access=vault.open(row.access).decode(),
        refresh=opened(row.refresh),
        previous_refresh=opened(row.previous_refresh),
        issued_at=row.issued_at,
        expires_at=row.expires_at,
        api_domain=row.api_domain,
        is_used=row.is_used,
        retry_at=row.retry_at,
        trouble=row.trouble,
        lost_at=row.lost_at,
    )
