"""The log of facts, change notifications, and the row that orders the writers of an account."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from smena.crm.facts.model import Fact
from smena.kernel.db import Tx

OPEN_MIRROR = "INSERT INTO crm_mirror (account_id) VALUES ($1) ON CONFLICT DO NOTHING"
LOCK_MIRROR = "SELECT account_id FROM crm_mirror WHERE account_id = $1 FOR UPDATE"

WRITE = """
WITH written AS (
    INSERT INTO crm_fact (account_id, at, fact)
    SELECT $1, $2, fact FROM unnest($3::text[]) WITH ORDINALITY AS f (fact, place)
     ORDER BY place
    RETURNING id
)
UPDATE crm_mirror SET last_fact_id = (SELECT max(id) FROM written) WHERE account_id = $1
"""


TRIM_FACTS = "DELETE FROM crm_fact WHERE at < :before"

decoder = msgspec.json.Decoder(Fact)


async def lock_mirror(tx: Tx) -> None:
    """Become the account's only writer until the transaction ends."""
    raw = await tx.driver()
    if await raw.fetchval(LOCK_MIRROR, tx.account) is None:
        await raw.execute(OPEN_MIRROR, tx.account)
        await raw.fetchval(LOCK_MIRROR, tx.account)


async def write(tx: Tx, facts: Sequence[Fact], now: datetime) -> None:
    """Append facts; the caller holds the mirror's lock, which orders their numbers."""
    raw = await tx.driver()
    await raw.execute(
        WRITE, tx.account, now, [msgspec.json.encode(fact).decode() for fact in facts]
    )


async def trim(tx: Tx, before: datetime) -> None:
    await tx.run(TRIM_FACTS, before=before)
