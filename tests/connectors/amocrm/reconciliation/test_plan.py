"""When a check runs and what it walks."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smena.connectors.amocrm.reconciliation.core.plan import (
    LISTS,
    days_to_check,
    is_night_due,
    listing,
    parts,
    progress,
)

NOW = datetime(2026, 11, 20, 0, 30, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=365)
MOSCOW, VLADIVOSTOK = ZoneInfo("Europe/Moscow"), ZoneInfo("Asia/Vladivostok")


@pytest.mark.parametrize(
    ("zone", "last", "expected"),
    [
        pytest.param(MOSCOW, None, True, id="half past three, never checked"),
        pytest.param(MOSCOW, NOW - timedelta(minutes=20), False, id="begun tonight"),
        pytest.param(MOSCOW, NOW - timedelta(minutes=40), True, id="by hand just before three"),
        pytest.param(MOSCOW, NOW - timedelta(days=1), True, id="last night"),
        pytest.param(VLADIVOSTOK, None, False, id="half past ten in the morning"),
    ],
)
def test_night(zone: ZoneInfo, last: datetime | None, *, expected: bool) -> None:
    assert is_night_due(zone, last, NOW) is expected


@given(
    st.sampled_from(["Europe/Moscow", "America/Sao_Paulo", "Pacific/Apia", "Asia/Kathmandu"]),
    st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001 -- made aware below
)
def test_every_day_has_one_check(zone: str, start: datetime) -> None:
    """Asked every twenty minutes, it begins once between two noons, whatever clocks do."""
    at, last, begun = start.replace(tzinfo=UTC), None, 0
    noon = at.astimezone(ZoneInfo(zone)).replace(hour=12, minute=0, fold=0)
    at = noon.astimezone(UTC)
    for _ in range(72):
        at += timedelta(minutes=20)
        if is_night_due(ZoneInfo(zone), last, at):
            last, begun = at, begun + 1
    assert begun == 1


@pytest.mark.parametrize(
    ("ago", "expected"),
    [(None, 14), (timedelta(hours=1), 2), (timedelta(days=3, hours=2), 4), (timedelta(90), 14)],
)
def test_days(ago: timedelta | None, expected: int) -> None:
    assert days_to_check(None if ago is None else NOW - ago, NOW) == expected


def test_days_of_the_log_meet_without_a_gap() -> None:
    work = [part for part in parts(NOW, 5, LONG_AGO, NOW) if part.path == "events"]
    spans = [(part.from_at, part.to_at) for part in work]
    assert [start for start, _end in spans[:-1]] == [end for _start, end in spans[1:]]
    assert spans[0][1] == NOW - timedelta(minutes=10)
    shown = dict(listing(work[0], 100).params)
    next_day = dict(listing(work[1], 100).params)
    first, last = "filter[created_at][from]", "filter[created_at][to]"
    assert int(shown[first]) == int(next_day[last]) + 1


def test_events_older_than_the_first_load_are_not_missing() -> None:
    loaded = NOW - timedelta(days=2, hours=12)
    work = parts(NOW, 5, loaded, loaded)
    events = [part for part in work if part.path == "events"]
    assert [part.from_at for part in events][-1] == loaded
    assert len(events) == 3
    assert min(part.from_at for part in work if part.from_at) == loaded


def test_every_list_is_walked_by_number() -> None:
    work = {part.path: part for part in parts(NOW, 2, LONG_AGO, NOW)}
    for one in LISTS:
        assert ("order[id]", "asc") in listing(work[one.path], 100).params
    assert progress(list(work.values())).percent == 0
