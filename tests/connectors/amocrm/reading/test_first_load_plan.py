from datetime import UTC, datetime, timedelta
from itertools import pairwise

from smena.connectors.amocrm.reading.core.first_load import (
    LoadStage,
    Slice,
    after_page,
    progress,
    slices,
)

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def test_people_first_then_today_then_back_then_cards() -> None:
    stages = [one.stage for one in slices(NOON, days=2)]
    day = [LoadStage.EVENTS, LoadStage.CALLS, LoadStage.CALLS, LoadStage.CALLS]
    cards = [LoadStage.LEADS, LoadStage.CONTACTS, LoadStage.COMPANIES, LoadStage.TASKS]
    assert stages == [LoadStage.PEOPLE, LoadStage.LISTS, LoadStage.UNSORTED, *day, *day, *cards]


def test_stretches_join_without_hole_or_overlap() -> None:
    events = [one for one in slices(NOON, days=14) if one.stage is LoadStage.EVENTS]
    assert events[0].to_at is not None
    assert events[0].to_at > NOON
    assert events[-1].from_at is not None
    assert events[-1].from_at <= NOON - 13 * DAY
    for later, earlier in pairwise(events):
        assert later.seconds is not None
        assert earlier.seconds is not None
        assert earlier.seconds[1] + 1 == later.seconds[0]


def test_no_history_wanted() -> None:
    assert {one.stage for one in slices(NOON, days=0)}.isdisjoint(
        {LoadStage.EVENTS, LoadStage.CALLS}
    )


def test_page_moves_the_slice_on() -> None:
    one = Slice(3, LoadStage.LEADS, "leads")
    two = after_page(one, [NOON - DAY, NOON], 250, has_next=True)
    assert (two.page, two.rows, two.first_at, two.last_at) == (2, 250, NOON - DAY, NOON)
    assert not two.is_done
    assert after_page(two, [], 0, has_next=False).is_done


def test_progress_tells_what_how_many_and_how_long() -> None:
    half = Slice(0, LoadStage.LEADS, "leads", page=3, rows=500, first_at=NOON - 2 * DAY,
                 last_at=NOON - DAY)  # fmt: skip
    work = [Slice(1, LoadStage.PEOPLE, "users", rows=24, is_done=True), half]
    shown = progress(work, NOON - timedelta(seconds=30), NOON)
    people, leads = shown.stages
    assert (people.rows, people.total, people.share) == (24, 24, 1.0)
    assert (leads.rows, leads.total, leads.share) == (500, 1000, 0.5)
    assert shown.left == timedelta(seconds=10)
    assert not shown.is_done


def test_progress_at_the_ends() -> None:
    fresh = progress(slices(NOON), NOON, NOON)
    assert (fresh.left, fresh.share, fresh.is_done) == (None, 0.0, False)
    done = [Slice(0, LoadStage.PEOPLE, "users", rows=3, is_done=True)]
    assert progress(done, NOON, NOON + DAY).left == timedelta(0)
    assert progress(done, NOON, NOON).share == 1.0
