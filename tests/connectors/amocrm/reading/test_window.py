from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from smena.connectors.amocrm.reading.core.window import (
    DEEP_SECONDS,
    PIECE_SECONDS,
    SHALLOW_SECONDS,
    Cursor,
    Stream,
    Window,
    advance,
    is_due,
    window,
)

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
NOON_SECONDS = int(NOON.timestamp())
LEVEL = timedelta(0)
FIVE = timedelta(seconds=5)


def test_first_look_is_deep() -> None:
    read = window(Cursor(Stream.EVENTS, NOON_SECONDS), NOON, LEVEL)
    assert read == Window(NOON_SECONDS - DEEP_SECONDS, None, is_deep=True)


def test_next_look_is_shallow_until_a_minute_passes() -> None:
    cursor = Cursor(Stream.EVENTS, NOON_SECONDS, NOON, NOON)
    soon = window(cursor, NOON + timedelta(seconds=59), LEVEL)
    assert soon.from_seconds == NOON_SECONDS - SHALLOW_SECONDS
    assert window(cursor, NOON + timedelta(seconds=60), LEVEL).is_deep


def test_long_silence_is_read_in_pieces() -> None:
    cursor = Cursor(Stream.EVENTS, NOON_SECONDS - 86_400, NOON, NOON)
    read = window(cursor, NOON, LEVEL)
    assert read.to_seconds == NOON_SECONDS - 86_400 + PIECE_SECONDS
    assert advance(cursor, read, None, NOON, LEVEL).seen_seconds == read.to_seconds
    assert window(Cursor(Stream.LEADS, 0, NOON, NOON), NOON, LEVEL).to_seconds is None


def test_row_from_the_future_does_not_hide_what_comes() -> None:
    cursor = Cursor(Stream.LEADS, NOON_SECONDS - 10)
    read = window(cursor, NOON, LEVEL)
    assert advance(cursor, read, NOON_SECONDS + 10_000, NOON, LEVEL).seen_seconds == NOON_SECONDS


def test_their_clock_counts() -> None:
    cursor = Cursor(Stream.EVENTS, NOON_SECONDS)
    clock_offset = timedelta(minutes=5)
    moved = advance(
        cursor, window(cursor, NOON, clock_offset), NOON_SECONDS + 250, NOON, clock_offset
    )
    assert moved.seen_seconds == NOON_SECONDS + 250


def test_due() -> None:
    assert is_due(Cursor(Stream.LEADS, 0), NOON, FIVE)
    assert not is_due(Cursor(Stream.LEADS, 0, NOON), NOON + timedelta(seconds=4), FIVE)
    assert is_due(Cursor(Stream.LEADS, 0, NOON), NOON + FIVE, FIVE)
    assert not is_due(Cursor(Stream.LEAD_NOTES, 0, NOON), NOON + timedelta(seconds=30), FIVE)
    assert is_due(Cursor(Stream.LEAD_NOTES, 0, NOON), NOON + timedelta(seconds=60), FIVE)


STEPS = st.lists(
    st.tuples(st.integers(1, 20_000), st.integers(-600, 600) | st.none()), min_size=1, max_size=30
)


@given(STEPS)
def test_windows_leave_no_hole(steps: list[tuple[int, int | None]]) -> None:
    """Whatever is seen and however long we sleep, each window begins before the last one ended."""
    cursor, now = Cursor(Stream.EVENTS, NOON_SECONDS), NOON
    covered = NOON_SECONDS
    for pause, seen in steps:
        now += timedelta(seconds=pause)
        read = window(cursor, now, LEVEL)
        assert read.from_seconds <= covered
        covered = int(now.timestamp()) if read.to_seconds is None else read.to_seconds
        latest = None if seen is None else int(now.timestamp()) + seen
        moved = advance(cursor, read, latest, now, LEVEL)
        assert cursor.seen_seconds <= moved.seen_seconds <= int(now.timestamp())
        cursor = moved
