"""The outbox: wishes for the CRM and what became of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from smena.crm.answers import WishCount
from smena.crm.model import LeadId, UserId
from smena.crm.outbox import Asked, ChangeResponsible, Lane, Wish, WishId, WishState
from smena.kernel.db import Tx
from smena.kernel.ids import AccountId

_COLUMNS = (
    "id, lead_id, user_id, before_id, lane, cause, state, attempts, asked_at, not_before,"
    " sent_at, finished_at, error"
)

# The count makes the new rows wait for the old ones to leave the "one planned per lead" index.
ASK = """
WITH asked AS (
    SELECT * FROM unnest($2::bigint[], $3::bigint[], $4::int[], $5::text[])
        WITH ORDINALITY AS a (lead_id, user_id, lane, cause, place)
), overtaken AS (
    UPDATE crm_wish w SET state = 'overtaken', finished_at = $6
      FROM asked
     WHERE w.account_id = $1 AND w.lead_id = asked.lead_id AND w.state = 'planned'
    RETURNING w.id, w.lead_id, w.cause
), added AS (
    INSERT INTO crm_wish (account_id, lead_id, user_id, before_id, lane, cause, state, asked_at,
                          not_before)
    SELECT $1, asked.lead_id, asked.user_id, l.responsible_id, asked.lane, asked.cause, 'planned',
           $6, $6
      FROM asked
     CROSS JOIN (SELECT count(*) FROM overtaken) AS after
      LEFT JOIN crm_lead l ON l.account_id = $1 AND l.id = asked.lead_id
     ORDER BY asked.place
    RETURNING id, lead_id
)
SELECT added.id, added.lead_id, overtaken.id AS overtaken_id, overtaken.cause
  FROM added LEFT JOIN overtaken ON overtaken.lead_id = added.lead_id
"""

# A lead with a wish under way waits: two writes of one field must not race.
CLAIM = f"""
UPDATE crm_wish SET state = 'sending', attempts = attempts + 1, sent_at = :now
 WHERE account_id = :account AND id IN (
       SELECT id FROM crm_wish w
        WHERE account_id = :account AND state = 'planned' AND not_before <= :now
          AND NOT EXISTS (SELECT FROM crm_wish s WHERE s.account_id = w.account_id
                             AND s.lead_id = w.lead_id AND s.state = 'sending')
        ORDER BY lane, id LIMIT :limit FOR UPDATE SKIP LOCKED)
RETURNING {_COLUMNS}
"""  # noqa: S608 -- a constant list of columns

SENDING = f"""
SELECT {_COLUMNS} FROM crm_wish WHERE account_id = :account AND state = 'sending'
 ORDER BY lane, id
"""  # noqa: S608 -- a constant list of columns

FINISH = """
UPDATE crm_wish SET state = :state, finished_at = :now, error = :error
 WHERE account_id = :account AND id = ANY(:ids) AND state = 'sending'
RETURNING id, lead_id, user_id, cause
"""

# A newer wish for the same lead makes repeating the old one pointless.
AGAIN = """
UPDATE crm_wish w
   SET state = CASE WHEN EXISTS (SELECT FROM crm_wish p WHERE p.account_id = w.account_id
                                    AND p.lead_id = w.lead_id AND p.state = 'planned')
                    THEN 'overtaken' ELSE 'planned' END,
       finished_at = CASE WHEN EXISTS (SELECT FROM crm_wish p WHERE p.account_id = w.account_id
                                          AND p.lead_id = w.lead_id AND p.state = 'planned')
                          THEN CAST(:now AS timestamptz) END,
       not_before = :not_before, error = :error
 WHERE account_id = :account AND id = ANY(:ids) AND state = 'sending'
RETURNING id, cause, state
"""

COUNTS = """
SELECT state, count(*) AS wishes, min(asked_at) AS oldest FROM crm_wish
 WHERE account_id = :account GROUP BY state
"""

LATEST_ERRORS = f"""
SELECT {_COLUMNS} FROM crm_wish WHERE account_id = :account AND error <> ''
 ORDER BY id DESC LIMIT :limit
"""  # noqa: S608 -- a constant list of columns

ACCOUNTS_DUE = """
SELECT DISTINCT account_id FROM crm_wish
 WHERE state = 'sending' OR (state = 'planned' AND not_before <= :now)
"""

TRIM = "DELETE FROM crm_wish WHERE finished_at < :before"

# What the CRM answered is as good as a read: the echo of it, and hooks of the same second, are not.
MARK_LEADS = """
UPDATE crm_lead l
   SET responsible_id = d.user_id, updated_at = d.at, source = 'api'
  FROM unnest(CAST(:leads AS bigint[]), CAST(:users AS bigint[]),
              CAST(:moments AS timestamptz[])) AS d (lead_id, user_id, at),
       crm_lead was
 WHERE l.account_id = :account AND l.id = d.lead_id AND l.updated_at <= d.at
   AND was.account_id = l.account_id AND was.id = l.id
RETURNING l.id, was.responsible_id AS before, d.user_id AS after
"""


async def ask(
    tx: Tx, asked: Sequence[Asked], now: datetime
) -> tuple[dict[LeadId, WishId], list[tuple[WishId, str]]]:
    """Plan wishes for different leads; return them and whom they overtook, with the causes."""
    raw = await tx.driver()
    rows = await raw.fetch(
        ASK,
        tx.account,
        [one.change.lead for one in asked],
        [one.change.user for one in asked],
        [int(one.lane) for one in asked],
        [one.cause for one in asked],
        now,
    )
    added = {LeadId(row["lead_id"]): WishId(row["id"]) for row in rows}
    overtaken = [(WishId(row["overtaken_id"]), row["cause"]) for row in rows if row["overtaken_id"]]
    return added, overtaken


async def claim(tx: Tx, limit: int, now: datetime) -> list[Wish]:
    rows = await tx.rows(CLAIM, account=tx.account, limit=limit, now=now)
    return sorted((_wish(row) for row in rows), key=lambda wish: (wish.lane, wish.id))


async def sending(tx: Tx) -> list[Wish]:
    return [_wish(row) for row in await tx.rows(SENDING, account=tx.account)]


async def finish(
    tx: Tx, ids: Sequence[WishId], state: WishState, error: str, now: datetime
) -> Sequence[Row[Any]]:
    return await tx.rows(
        FINISH, account=tx.account, ids=list(ids), state=state, error=error, now=now
    )


async def again(
    tx: Tx, ids: Sequence[WishId], not_before: datetime, error: str, now: datetime
) -> Sequence[Row[Any]]:
    return await tx.rows(
        AGAIN, account=tx.account, ids=list(ids), not_before=not_before, error=error, now=now
    )


async def mark_leads(
    tx: Tx, leads: Sequence[int], users: Sequence[int], moments: Sequence[datetime]
) -> Sequence[Row[Any]]:
    """Write what the CRM has confirmed into the mirror, so that the echo changes nothing."""
    return await tx.rows(
        MARK_LEADS, account=tx.account, leads=list(leads), users=list(users),
        moments=list(moments),
    )  # fmt: skip


async def counts(tx: Tx) -> dict[WishState, WishCount]:
    return {
        WishState(row.state): WishCount(row.wishes, row.oldest)
        for row in await tx.rows(COUNTS, account=tx.account)
    }


async def latest_errors(tx: Tx, limit: int) -> list[Wish]:
    return [_wish(row) for row in await tx.rows(LATEST_ERRORS, account=tx.account, limit=limit)]


async def accounts_due(tx: Tx, now: datetime) -> list[AccountId]:
    return [AccountId(row.account_id) for row in await tx.rows(ACCOUNTS_DUE, now=now)]


def _wish(row: Row[Any]) -> Wish:
    return Wish(
        id=WishId(row.id),
        change=ChangeResponsible(LeadId(row.lead_id), UserId(row.user_id)),
        lane=Lane(row.lane),
        cause=row.cause,
        state=WishState(row.state),
        attempts=row.attempts,
        asked_at=row.asked_at,
        not_before=row.not_before,
        sent_at=row.sent_at,
        finished_at=row.finished_at,
        before=None if row.before_id is None else UserId(row.before_id),
        error=row.error,
    )


async def trim(tx: Tx, before: datetime) -> None:
    await tx.run(TRIM, before=before)
