"""Attempts of signing in, kept for a month."""

from collections.abc import Sequence
from datetime import datetime

from smena.kernel.db import Tx

TRY = """
INSERT INTO sign_in_attempt (email, address, at, outcome)
VALUES (:email, :address, :now, 'pending') RETURNING id
"""

# A place that has signed in before is not slowed by what strangers do from elsewhere.
FAILURES_OF_EMAIL = """
SELECT at FROM sign_in_attempt
 WHERE email = :email AND at > :since AND id <> :id AND outcome IN ('pending', 'failed')
   AND (address = :address OR NOT EXISTS (
        SELECT 1 FROM sign_in_attempt known
         WHERE known.email = :email AND known.address = :address AND known.outcome = 'done'))
   AND id > COALESCE((SELECT max(id) FROM sign_in_attempt done
         WHERE done.email = :email AND done.address = :address AND done.outcome = 'done'), 0)
 ORDER BY at DESC LIMIT 100
"""

FAILURES_OF_ADDRESS = """
SELECT at FROM sign_in_attempt
 WHERE address = :address AND at > :since AND id <> :id AND outcome IN ('pending', 'failed')
 ORDER BY at DESC LIMIT 200
"""

TRIED = "UPDATE sign_in_attempt SET outcome = :outcome WHERE id = :id"

FORGET_ATTEMPTS = "DELETE FROM sign_in_attempt WHERE at < :before"


async def begin_attempt(tx: Tx, email: str, address: str, now: datetime) -> int:
    return int(await tx.value(TRY, email=email, address=address, now=now))


async def end_attempt(tx: Tx, attempt: int, outcome: str) -> None:
    await tx.run(TRIED, id=attempt, outcome=outcome)


async def failures(
    tx: Tx, attempt: int, email: str, address: str, since: datetime
) -> tuple[Sequence[datetime], Sequence[datetime]]:
    """Return the moments of recent failures of this e-mail and of this address."""
    told = {"id": attempt, "address": address, "since": since}
    of_email = await tx.rows(FAILURES_OF_EMAIL, email=email, **told)
    of_address = await tx.rows(FAILURES_OF_ADDRESS, **told)
    return [row.at for row in of_email], [row.at for row in of_address]


async def forget(tx: Tx, before: datetime) -> int:
    return await tx.run(FORGET_ATTEMPTS, before=before)
