"""How long a session lives: until it is not used for a week, and never longer than a month."""

from datetime import datetime, timedelta

IDLE_MAX = timedelta(days=7)
AGE_MAX = timedelta(days=30)
SEEN_EVERY = timedelta(minutes=1)
"""How exactly we remember when a session was last used: one write a minute is enough."""


def is_over(created_at: datetime, last_seen_at: datetime, now: datetime) -> bool:
    return now - last_seen_at >= IDLE_MAX or now - created_at >= AGE_MAX


def needs_note(last_seen_at: datetime, now: datetime) -> bool:
    return now - last_seen_at >= SEEN_EVERY
