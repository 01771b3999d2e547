"""When a connection was last heard, how late that was, what waits to be read."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from smena.kernel.db import Tx

# The lag is measured on amoCRM's own clock, as far as we know how it stands to ours.
WEBHOOK = """
INSERT INTO amocrm_last_seen AS known (account_id, webhook_at, webhook_lag_seconds)
VALUES (:account, :webhook_at, :lag)
ON CONFLICT (account_id) DO UPDATE
   SET webhook_at = greatest(known.webhook_at, excluded.webhook_at),
       webhook_lag_seconds = coalesce(excluded.webhook_lag_seconds, known.webhook_lag_seconds)
"""

POLL = """
INSERT INTO amocrm_last_seen AS known (account_id, polled_at, poll_pages, poll_seconds, news_at)
VALUES (:account, :polled_at, :pages, :seconds, :news_at)
ON CONFLICT (account_id) DO UPDATE
   SET polled_at = excluded.polled_at, poll_pages = excluded.poll_pages,
       poll_seconds = excluded.poll_seconds, news_at = coalesce(excluded.news_at, known.news_at)
"""

ONE = """
SELECT webhook_at, webhook_lag_seconds, polled_at, poll_pages, poll_seconds, news_at
  FROM amocrm_last_seen WHERE account_id = :account
"""

UNREAD = """
SELECT count(*) AS rows, min(not_before) AS oldest FROM amocrm_fetch WHERE account_id = :account
"""

KEY_SIGNS = """
SELECT issued_at, expires_at, refresh IS NOT NULL AS is_renewed, trouble
  FROM amocrm_token WHERE account_id = :account
"""


@dataclass(frozen=True, slots=True)
class LastSeen:
    """What webhooks and polling have left behind."""

    webhook_at: datetime | None = None
    webhook_lag: timedelta | None = None
    polled_at: datetime | None = None
    poll_pages: int = 0
    poll_took: timedelta = timedelta(0)
    news_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TokenLastSeen:
    """What may be shown of a token. `is_renewed`: we renew it ourselves."""

    issued_at: datetime
    expires_at: datetime | None
    is_renewed: bool
    trouble: str


async def webhook_arrived(tx: Tx, webhook_at: datetime, lag: timedelta | None) -> None:
    """Note that webhooks came, and how long after the change itself they were understood."""
    seconds = None if lag is None else lag.total_seconds()
    await tx.run(WEBHOOK, account=tx.account, webhook_at=webhook_at, lag=seconds)


async def polled(
    tx: Tx, at: datetime, pages: int, took: timedelta, news_at: datetime | None
) -> None:
    """Note a reading of the event log; `news_at` when it brought something new."""
    await tx.run(
        POLL,
        account=tx.account,
        polled_at=at,
        pages=pages,
        seconds=took.total_seconds(),
        news_at=news_at,
    )


async def last_seen(tx: Tx) -> LastSeen:
    row = await tx.row(ONE, account=tx.account)
    if row is None:
        return LastSeen()
    lag = row.webhook_lag_seconds
    return LastSeen(
        row.webhook_at,
        None if lag is None else timedelta(seconds=lag),
        row.polled_at,
        row.poll_pages,
        timedelta(seconds=row.poll_seconds),
        row.news_at,
    )


async def unread(tx: Tx) -> tuple[int, datetime | None]:
    """Return how much is still to be read by number, and since when the oldest is due."""
    row = await tx.row(UNREAD, account=tx.account)
    return (row.rows, row.oldest) if row is not None else (0, None)


async def token(tx: Tx) -> TokenLastSeen | None:
    row = await tx.row(KEY_SIGNS, account=tx.account)
    if row is None:
        return None
    return TokenLastSeen(row.issued_at, row.expires_at, row.is_renewed, row.trouble)
