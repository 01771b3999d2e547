"""Questions about what happened; read only."""

from smena.crm.facts.model import Recorded
from smena.crm.facts.store.log import decoder
from smena.kernel.db import Tx
from smena.kernel.ids import AccountId

READ = """
SELECT id, at, fact FROM crm_fact
 WHERE account_id = $1 AND id > $2 ORDER BY id LIMIT $3
"""


LAST = "SELECT account_id, last_fact_id AS last FROM crm_mirror WHERE last_fact_id > 0"


async def facts(tx: Tx, after: int, limit: int) -> list[Recorded]:
    """Return facts in order, those numbered above `after`."""
    raw = await tx.driver()
    rows = await raw.fetch(READ, tx.account, after, limit)
    return [Recorded(row["id"], row["at"], decoder.decode(row["fact"])) for row in rows]


async def last_facts(tx: Tx) -> dict[AccountId, int]:
    """Return the number of each account's last fact (system transaction)."""
    return {AccountId(row.account_id): row.last for row in await tx.rows(LAST)}
