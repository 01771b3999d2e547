"""Questions about access; read only."""

from smena.connectors.amocrm.model import AccessFacts, Integration
from smena.connectors.amocrm.tokens.store import tokens
from smena.kernel.crypto import Vault
from smena.kernel.db import Tx


async def integration_of(tx: Tx, vault: Vault) -> Integration | None:
    """Return our integration in this account; its secret must not reach a browser."""
    return await tokens.integration(tx, vault)


FACTS = """
SELECT t.way = 'oauth' AS is_by_consent, coalesce(i.client_id, '') AS client, t.issued_at,
       t.expires_at, t.trouble, t.lost_at
  FROM amocrm_token t LEFT JOIN amocrm_integration i ON i.account_id = t.account_id
 WHERE t.account_id = :account
"""


async def access(tx: Tx) -> AccessFacts | None:
    """Return what may be shown of the tokens; nothing is opened for that."""
    row = await tx.row(FACTS, account=tx.account)
    if row is None:
        return None
    return AccessFacts(
        row.is_by_consent, row.client, row.issued_at, row.expires_at, row.trouble, row.lost_at
    )
