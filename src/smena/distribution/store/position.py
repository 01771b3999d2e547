"""How far distribution has read the log of facts (docs/decisions/0002)."""

from smena.kernel.db import Tx

# The position row is the lock that keeps decisions of one account one at a time.
LOCK_POSITION = """
SELECT fact_id FROM distribution_position WHERE account_id = $1 FOR UPDATE
"""

OPEN_POSITION = """
INSERT INTO distribution_position (account_id) VALUES ($1) ON CONFLICT DO NOTHING
"""

MOVE_POSITION = """
UPDATE distribution_position SET fact_id = $2 WHERE account_id = $1
"""

POSITIONS = "SELECT account_id, fact_id FROM distribution_position"


async def lock(tx: Tx) -> int:
    """Return the last fact read; holds the account's decisions until the transaction ends."""
    raw = await tx.driver()
    position = await raw.fetchval(LOCK_POSITION, tx.account)
    if position is None:
        await raw.execute(OPEN_POSITION, tx.account)
        position = await raw.fetchval(LOCK_POSITION, tx.account)
    return int(position)


async def move(tx: Tx, fact: int) -> None:
    raw = await tx.driver()
    await raw.execute(MOVE_POSITION, tx.account, fact)


async def all_positions(tx: Tx) -> dict[int, int]:
    """Return the last fact read by account (for the sweep, across accounts)."""
    return {row.account_id: row.fact_id for row in await tx.rows(POSITIONS)}
