"""The rows of panels' settings."""

from smena.activity.model import DEFAULT_CREDITS, Family, PanelSettings
from smena.kernel.db import Row, Tx

DEFAULT = """
SELECT name, gap_seconds, credits, call_thresholds, day_start_minute, window_from_minute,
       window_to_minute, show_calls, idle_min_seconds, users, robots, clients
  FROM activity_panel WHERE account_id = :account AND is_default
"""

ENSURE = """
INSERT INTO activity_panel (account_id, name, is_default) VALUES (:account, :name, true)
ON CONFLICT (account_id) WHERE is_default DO NOTHING
"""


async def default_panel(tx: Tx) -> PanelSettings | None:
    row = await tx.row(DEFAULT, account=tx.account)
    return None if row is None else _settings(row)


async def ensure(tx: Tx, name: str) -> None:
    await tx.run(ENSURE, account=tx.account, name=name)


def _settings(row: Row) -> PanelSettings:
    window = row.window_from_minute, row.window_to_minute
    return PanelSettings(
        name=row.name,
        gap_seconds=row.gap_seconds,
        credits={**DEFAULT_CREDITS, **{Family(k): int(v) for k, v in row.credits.items()}},
        call_thresholds=tuple(row.call_thresholds),
        day_start_minute=row.day_start_minute,
        window_minutes=None if None in window else window,
        show_calls=row.show_calls,
        idle_min_seconds=row.idle_min_seconds,
        users=None if row.users is None else frozenset(row.users),
        robots=frozenset(row.robots),
        clients=frozenset(row.clients),
    )
