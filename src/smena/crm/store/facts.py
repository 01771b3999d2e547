"""The log of facts, pulses, and the row that orders the writers of an account."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from smena.crm.answers import Briefing, Pulse, Seat
from smena.crm.facts import Fact, Recorded
from smena.crm.model import UserId
from smena.kernel.db import Tx
from smena.kernel.ids import AccountId

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

WRITE_PULSE = """
INSERT INTO crm_pulse (account_id, at, user_ids, from_at, to_at) VALUES ($1, $2, $3, $4, $5)
"""

HINT = "SELECT pg_notify('smena_pulse', $1)"

PULSES = """
SELECT id, user_ids, from_at, to_at FROM crm_pulse
 WHERE account_id = :account AND id > :after ORDER BY id
"""

LAST_PULSE = "SELECT coalesce(max(id), 0) FROM crm_pulse WHERE account_id = :account"

TRIM_FACTS = "DELETE FROM crm_fact WHERE at < :before"
TRIM_PULSES = "DELETE FROM crm_pulse WHERE at < :before"

_decoder = msgspec.json.Decoder(Fact)


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


async def read(tx: Tx, after: int, limit: int) -> list[Recorded]:
    raw = await tx.driver()
    rows = await raw.fetch(READ, tx.account, after, limit)
    return [Recorded(row["id"], row["at"], _decoder.decode(row["fact"])) for row in rows]


async def briefing(tx: Tx, after: int, limit: int) -> Briefing:
    raw = await tx.driver()
    row = await raw.fetchrow(BRIEFING, tx.account, after, limit)
    return Briefing(
        list(
            map(
                Recorded,
                row["ids"] or (),
                row["ats"] or (),
                map(_decoder.decode, row["facts"] or ()),
            )
        ),
        list(map(Seat, row["users"] or (), row["groups"] or (), row["are_active"] or ())),
    )


async def last_facts(tx: Tx) -> dict[AccountId, int]:
    return {AccountId(row.account_id): row.last for row in await tx.rows(LAST)}


async def write_pulse(
    tx: Tx, users: Iterable[UserId], from_at: datetime, to_at: datetime, now: datetime
) -> None:
    raw = await tx.driver()
    await raw.execute(WRITE_PULSE, tx.account, now, sorted(users), from_at, to_at)
    await raw.execute(HINT, str(tx.account))


async def pulses(tx: Tx, after: int) -> list[Pulse]:
    return [
        Pulse(row.id, frozenset(row.user_ids), row.from_at, row.to_at)
        for row in await tx.rows(PULSES, account=tx.account, after=after)
    ]


async def last_pulse(tx: Tx) -> int:
    return int(await tx.value(LAST_PULSE, account=tx.account))


async def trim(tx: Tx, facts_before: datetime, pulses_before: datetime) -> None:
    await tx.run(TRIM_FACTS, before=facts_before)
    await tx.run(TRIM_PULSES, before=pulses_before)
