"""Checks of completeness: a run, its parts with the page each has come to, its doubts."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from smena.connectors.amocrm.core.check import CheckId, Part
from smena.connectors.amocrm.model import AskedBy, Check, CheckOutcome
from smena.kernel.db import Tx, read_as
from smena.kernel.ids import AccountId

_PART = """
    number, path, from_at, to_at, page, after_id, is_walked, is_whole, there, held, there_sum,
    held_sum, missing, stale, surplus, healed, requests, seconds
"""

# Two that begin a check at once: the second finds the first one's and begins nothing.
BEGIN = """
INSERT INTO amocrm_check (account_id, asked_by, started_at, next_at)
VALUES (:account, :asked_by, :now, :now)
ON CONFLICT (account_id) WHERE finished_at IS NULL DO NOTHING RETURNING id
"""

PLAN = """
INSERT INTO amocrm_check_part (account_id, check_id, number, path, from_at, to_at, is_whole)
VALUES (:account, :check, :number, :path, :from_at, :to_at, :is_whole)
"""

_CHECK = """
SELECT id, asked_by, started_at, next_at, finished_at, nullif(outcome, '') AS outcome
  FROM amocrm_check
"""
RUNNING = f"{_CHECK} WHERE account_id = :account AND finished_at IS NULL"
LATEST = f"{_CHECK} WHERE account_id = :account ORDER BY id DESC LIMIT :limit"

PARTS = f"""
SELECT check_id, {_PART} FROM amocrm_check_part
 WHERE account_id = :account AND check_id = ANY(:checks) ORDER BY check_id, number
"""  # noqa: S608 -- a constant list

# Two workers may walk one part for a moment: the one that is behind changes nothing.
SAVE = """
UPDATE amocrm_check_part
   SET page = :page, after_id = :after_id, is_walked = :is_walked, is_whole = :is_whole,
       there = :there, held = :held, there_sum = :there_sum, held_sum = :held_sum,
       missing = :missing, surplus = :surplus, stale = :stale, healed = :healed,
       requests = :requests, seconds = :seconds
 WHERE account_id = :account AND check_id = :check AND number = :number
   AND page = :read_page AND NOT is_walked
"""

DOUBT = """
INSERT INTO amocrm_check_doubt (account_id, check_id, number, id, not_before)
SELECT :account, :check, :number, unnest(CAST(:ids AS bigint[])), :not_before
ON CONFLICT DO NOTHING
"""

DUE = """
SELECT number, id, looks FROM amocrm_check_doubt
 WHERE account_id = :account AND check_id = :check AND not_before <= :now
 ORDER BY looks, number, id LIMIT :limit
"""

NEXT_DOUBT = """
SELECT min(not_before) FROM amocrm_check_doubt WHERE account_id = :account AND check_id = :check
"""

FORGET = """
DELETE FROM amocrm_check_doubt
 WHERE account_id = :account AND check_id = :check AND number = :number AND id = ANY(:ids)
"""

LOOK_AGAIN = """
UPDATE amocrm_check_doubt SET looks = looks + 1, not_before = :not_before
 WHERE account_id = :account AND check_id = :check AND number = :number AND id = ANY(:ids)
"""

STILL_THERE = """
SELECT id FROM amocrm_check_doubt
 WHERE account_id = :account AND check_id = :check AND number = :number AND id = ANY(:ids)
   FOR UPDATE
"""

MISSED = """
SELECT count(*) FROM amocrm_check_doubt
 WHERE account_id = :account AND check_id = :check AND number = :number AND looks > 0
"""

FOUND = """
UPDATE amocrm_check_part
   SET missing = missing + :missing, stale = stale + :stale, surplus = surplus + :surplus,
       healed = healed + :healed, requests = requests + :requests, seconds = seconds + :seconds
 WHERE account_id = :account AND check_id = :check AND number = :number
"""

REST = "UPDATE amocrm_check SET next_at = :next WHERE account_id = :account AND id = :check"

FINISH = """
UPDATE amocrm_check SET finished_at = :now, outcome = :outcome
 WHERE account_id = :account AND id = :check AND finished_at IS NULL
"""

TRIM = """
DELETE FROM amocrm_check WHERE started_at < :before AND finished_at IS NOT NULL
"""

ACCOUNTS_DUE = """
SELECT c.account_id FROM amocrm_check c JOIN amocrm_connection l ON l.account_id = c.account_id
 WHERE c.finished_at IS NULL AND c.next_at <= :now AND l.is_active
"""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A card to be looked at again; `looks` tells how often it was not there."""

    number: int
    id: int
    looks: int


async def begin(tx: Tx, asked_by: AskedBy, work: Sequence[Part], now: datetime) -> CheckId | None:
    """Begin a check; None when one is running already."""
    number = await tx.value(BEGIN, account=tx.account, asked_by=asked_by.value, now=now)
    if number is None:
        return None
    await tx.run_many(
        PLAN,
        [
            {
                "account": tx.account, "check": number, "number": part.number, "path": part.path,
                "from_at": part.from_at, "to_at": part.to_at, "is_whole": part.is_whole,
            }
            for part in work
        ],
    )  # fmt: skip
    return CheckId(number)


async def running(tx: Tx) -> Check | None:
    return await tx.one(Check, RUNNING, account=tx.account)


async def latest(tx: Tx, limit: int) -> list[Check]:
    """Return checks, the newest first."""
    return await tx.all(Check, LATEST, account=tx.account, limit=limit)


async def parts(tx: Tx, checks: Collection[CheckId]) -> dict[CheckId, list[Part]]:
    found: dict[CheckId, list[Part]] = {check: [] for check in checks}
    for row in await tx.rows(PARTS, account=tx.account, checks=list(checks)):
        found[CheckId(row.check_id)].append(read_as(Part, row))
    return found


async def save(tx: Tx, check: CheckId, part: Part, *, read_page: int) -> bool:
    """Remember how far a walk is; False when somebody else had come further already."""
    touched = await tx.run(
        SAVE, account=tx.account, check=check, number=part.number, page=part.page,
        after_id=part.after_id, is_walked=part.is_walked, is_whole=part.is_whole,
        there=part.there, held=part.held, there_sum=part.there_sum, held_sum=part.held_sum,
        missing=part.missing, stale=part.stale, surplus=part.surplus, healed=part.healed,
        requests=part.requests, seconds=part.seconds, read_page=read_page,
    )  # fmt: skip
    return touched == 1


async def doubt(
    tx: Tx, check: CheckId, number: int, ids: Collection[int], not_before: datetime
) -> None:
    if ids:
        await tx.run(
            DOUBT, account=tx.account, check=check, number=number, ids=sorted(ids),
            not_before=not_before,
        )  # fmt: skip


async def due(tx: Tx, check: CheckId, now: datetime, limit: int) -> list[Doubt]:
    """Return doubts to be looked into now, those never looked at first."""
    return await tx.all(Doubt, DUE, account=tx.account, check=check, now=now, limit=limit)


async def next_doubt(tx: Tx, check: CheckId) -> datetime | None:
    found: datetime | None = await tx.value(NEXT_DOUBT, account=tx.account, check=check)
    return found


async def still_there(tx: Tx, check: CheckId, number: int, ids: Collection[int]) -> frozenset[int]:
    """Return which of these doubts nobody has settled meanwhile, and hold them."""
    rows = await tx.rows(
        STILL_THERE, account=tx.account, check=check, number=number, ids=sorted(ids)
    )
    return frozenset(row.id for row in rows)


async def missed(tx: Tx, check: CheckId, number: int) -> int:
    """Return how many cards of a part were not there when they were looked at again."""
    return int(await tx.value(MISSED, account=tx.account, check=check, number=number))


async def forget(tx: Tx, check: CheckId, number: int, ids: Collection[int]) -> None:
    await tx.run(FORGET, account=tx.account, check=check, number=number, ids=sorted(ids))


async def look_again(
    tx: Tx, check: CheckId, number: int, ids: Collection[int], not_before: datetime
) -> None:
    await tx.run(
        LOOK_AGAIN, account=tx.account, check=check, number=number, ids=sorted(ids),
        not_before=not_before,
    )  # fmt: skip


async def count_found(tx: Tx, check: CheckId, found: Part) -> None:
    """Add what a second look found to the part of that number."""
    await tx.run(
        FOUND, account=tx.account, check=check, number=found.number, missing=found.missing,
        stale=found.stale, surplus=found.surplus, healed=found.healed, requests=found.requests,
        seconds=found.seconds,
    )  # fmt: skip


async def rest(tx: Tx, check: CheckId, until: datetime) -> None:
    await tx.run(REST, account=tx.account, check=check, next=until)


async def finish(tx: Tx, check: CheckId, outcome: CheckOutcome, now: datetime) -> None:
    await tx.run(FINISH, account=tx.account, check=check, outcome=outcome.value, now=now)


async def trim(tx: Tx, before: datetime) -> None:
    """Forget old reports (system transaction)."""
    await tx.run(TRIM, before=before)


async def accounts_due(tx: Tx, now: datetime) -> list[AccountId]:
    """Return whose check is to go on now (system transaction)."""
    return [AccountId(row.account_id) for row in await tx.rows(ACCOUNTS_DUE, now=now)]
