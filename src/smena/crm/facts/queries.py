"""Questions about what happened; read only."""

from smena.crm.facts.model import DecisionInput, Recorded, UserRef
from smena.crm.facts.store.log import decoder
from smena.kernel.db import Tx
from smena.kernel.ids import AccountId

READ = """
SELECT id, at, fact FROM crm_fact
 WHERE account_id = $1 AND id > $2 ORDER BY id LIMIT $3
"""


# One row of arrays for a reader that decides about each lead as it comes.
BRIEFING = """
SELECT *
  FROM (SELECT array_agg(id ORDER BY id) AS ids, array_agg(at ORDER BY id) AS ats,
               array_agg(fact ORDER BY id) AS facts
          FROM (SELECT id, at, fact FROM crm_fact
                 WHERE account_id = $1 AND id > $2 ORDER BY id LIMIT $3) AS next) AS news,
       (SELECT array_agg(id) AS users, array_agg(group_id) AS groups,
               array_agg(is_active) AS are_active
          FROM crm_user WHERE account_id = $1) AS people
"""


LAST = "SELECT account_id, last_fact_id AS last FROM crm_mirror WHERE last_fact_id > 0"


async def facts(tx: Tx, after: int, limit: int) -> list[Recorded]:
    """Return facts in order, those numbered above `after`."""
    raw = await tx.driver()
    rows = await raw.fetch(READ, tx.account, after, limit)
    return [Recorded(row["id"], row["at"], decoder.decode(row["fact"])) for row in rows]


async def decision_input(tx: Tx, after: int, limit: int) -> DecisionInput:
    """Return the same facts with the people as they are now: all that a decision starts from."""
    raw = await tx.driver()
    row = await raw.fetchrow(BRIEFING, tx.account, after, limit)
    return DecisionInput(
        list(
            map(
                Recorded,
                row["ids"] or (),
                row["ats"] or (),
                map(decoder.decode, row["facts"] or ()),
            )
        ),
        list(map(UserRef, row["users"] or (), row["groups"] or (), row["are_active"] or ())),
    )


async def last_facts(tx: Tx) -> dict[AccountId, int]:
    """Return the number of each account's last fact (system transaction)."""
    return {AccountId(row.account_id): row.last for row in await tx.rows(LAST)}
