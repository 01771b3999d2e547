"""Loose values of the outside world into ours: whole numbers, moments, texts.

The API gives numbers, webhooks give texts, both give null or an empty text for "nothing". What
cannot be what it should be raises `BadValue`, and its row is set aside with the reason.
"""

import math
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

Loose = int | float | str | bool | None

INT_MAX = 2**63 - 1
SECONDS_MAX = 4_102_444_800  # the year 2100: later moments are mistakes or attacks
DURATION_MAX_SECONDS = 7 * 86_400
TEXT_MAX = 10_000


class BadValue(ValueError):  # noqa: N818 -- named after what was received
    """A value is not what its place needs."""


def whole(value: Loose) -> int | None:
    """Return the whole number that a value means, None when it means nothing.

    Raises BadValue when it is no number, or one too large for a table.
    """
    if value is None or value == "":
        return None
    try:
        number = int(value)
    except (ValueError, OverflowError):
        try:
            number = math.floor(float(value))
        except (ValueError, OverflowError):
            raise BadValue(f"not a number: {str(value)[:40]!r}") from None
    if not -INT_MAX <= number <= INT_MAX:
        raise BadValue(f"out of range: {str(value)[:40]!r}")
    return number


def identity(value: Loose) -> int:
    """Return the id that must be there; raises BadValue when it is not."""
    number = whole(value)
    if number is None or number <= 0:
        raise BadValue(f"not an id: {str(value)[:40]!r}")
    return number


def identity_or_zero(value: Loose) -> int:
    """Return an id, 0 where there is none."""
    try:
        return identity(value)
    except BadValue:
        return 0


def number_or_zero(value: Loose) -> int:
    """Return a reference where 0 has a meaning of its own: a robot, the default group."""
    return whole(value) or 0


def flag(value: Loose) -> bool:
    return value in (True, 1, "1", "true")


def moment(value: Loose) -> datetime:
    """Return the moment of Unix seconds that must be there; raises BadValue when it is not."""
    seconds = whole(value)
    if seconds is None or not 0 <= seconds <= SECONDS_MAX:
        raise BadValue(f"not a moment: {str(value)[:40]!r}")
    return datetime.fromtimestamp(seconds, UTC)


def moment_or_none(value: Loose) -> datetime | None:
    return moment(value) if whole(value) else None


def local_moment(value: str, zone: ZoneInfo) -> datetime:
    """Return the moment of `2026-09-21 12:00:00` on the account's clock, or of Unix seconds."""
    try:
        return datetime.fromisoformat(value).replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return moment(value)


def duration_seconds(value: Loose) -> int | None:
    """Return how long a call was; None is unknown and is not 0 (activity.md R3)."""
    try:
        seconds = whole(value)
    except BadValue:
        return None
    return seconds if seconds is not None and 0 <= seconds <= DURATION_MAX_SECONDS else None


def text(value: Loose) -> str:
    """Return a text that a table can hold: without NUL, of bounded length."""
    return "" if value is None else str(value).replace("\0", "")[:TEXT_MAX]


def seconds_of(at: datetime) -> int:
    """Return the Unix second that `at` lies in."""
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)
