"""The worked examples of the lane, and how it treats each kind of fact."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from smena.activity.core.lane import lane
from smena.activity.model import CallSpan, DayFrame, PanelSettings
from smena.kernel.timespan import Span
from smena.staff.core import calendar
from smena.staff.model import Period, WorkHours
from tests.activity.cast import HOUR, MINUTE, acts, at, call, day, frame, made_at, zones

NIGHT = ("21:00-30:00",)


def test_e1_points() -> None:
    drawn = day(["09:04", "09:09", "09:30", "09:38"], now="10:00")
    assert zones(drawn, "a") == ["09:03-09:09", "09:29-09:38"]
    assert zones(drawn, "i") == ["09:00-09:03", "09:09-09:29", "09:38-10:00"]
    assert zones(drawn, "f") == ["10:00-24:00"]
    assert drawn.totals.active == 15 * MINUTE
    assert drawn.totals.idle == 45 * MINUTE
    assert drawn.totals.utilisation == 0.25
    assert drawn.totals.late == 4 * MINUTE


def test_e2_a_call_bridges() -> None:
    drawn = day(["10:00", "10:25"], [call("10:08-10:20")], shifts=["09:55-18:00"], now="11:00")
    assert zones(drawn, "a") == ["09:59-10:08", "10:20-10:25"]
    assert zones(drawn, "c") == ["10:08-10:20"]
    assert zones(drawn, "i") == ["09:55-09:59", "10:25-11:00"]
    assert drawn.totals.active == 26 * MINUTE
    assert drawn.totals.calls_union == 12 * MINUTE
    assert drawn.totals.utilisation == 0.4


def test_e3_overlapping_calls() -> None:
    drawn = day([], [call("11:00-11:10"), call("11:05-11:20")], shifts=["11:00-12:00"], now="12:00")
    assert zones(drawn, "c") == ["11:00-11:20"]
    assert zones(drawn, "i") == ["11:20-12:00"]
    assert drawn.totals.calls_union == 20 * MINUTE
    assert drawn.totals.calls_sum == 25 * MINUTE


def test_e4_pending_turns_red_as_a_whole() -> None:
    waiting, given_up = day(["09:30"], now="09:36"), day(["09:30"], now="09:41")
    assert zones(waiting, "a") == ["09:29-09:30"]
    assert zones(waiting, "p") == ["09:30-09:36"]
    assert zones(waiting, "i") == ["09:00-09:29"]
    assert zones(given_up, "i") == ["09:00-09:29", "09:30-09:41"]
    assert zones(given_up, "p") == []


def test_e5_a_late_call_redraws_the_day() -> None:
    before = day(["14:00"], shifts=["13:59-18:00"], now="14:31")
    assert zones(before, "i") == ["14:00-14:31"]
    assert before.totals.utilisation == pytest.approx(0.031, abs=0.0005)
    after = day(["14:00"], [call("14:05-14:30")], shifts=["13:59-18:00"], now="14:31")
    assert zones(after, "a") == ["13:59-14:05"]
    assert zones(after, "c") == ["14:05-14:30"]
    assert zones(after, "p") == ["14:30-14:31"]
    assert after.totals.idle == 0
    assert after.totals.utilisation == pytest.approx(0.969, abs=0.0005)


def test_e6_lunch_is_never_red() -> None:
    drawn = day(
        ["08:40", "12:58", "13:30", "14:02"], shifts=["09:00-13:00", "14:00-18:00"], now="14:10"
    )
    assert zones(drawn, "i") == ["09:00-12:57", "12:58-13:00", "14:00-14:01"]
    assert zones(drawn, "p") == ["14:02-14:10"]
    assert drawn.totals.active == 4 * MINUTE
    assert drawn.totals.out_of_work == 2 * MINUTE
    assert drawn.totals.idle == 4 * HOUR
    assert drawn.totals.first == at("08:40")
    assert drawn.totals.late == 0


def test_e7_a_night_is_one_lane() -> None:
    day_frame = DayFrame(at("18:00"), at("33:00"), (Span(at("21:00"), at("30:00")),))
    events = acts(["21:10", "23:55", "24:04", "29:50"])
    drawn = lane(events, [call("25:00-25:20")], day_frame, PanelSettings(), at("31:00"))
    assert "23:54-24:04" in zones(drawn, "a")
    assert drawn.totals.active == 32 * MINUTE
    assert drawn.totals.idle == 8 * HOUR + 28 * MINUTE
    assert drawn.totals.elapsed == 9 * HOUR
    assert drawn.totals.utilisation == pytest.approx(0.059, abs=0.0005)
    assert drawn.totals.late == 10 * MINUTE


def test_e10_the_hour_that_comes_twice_is_idle_twice() -> None:
    berlin, sunday = ZoneInfo("Europe/Berlin"), date(2026, 10, 25)
    hours = WorkHours(((Period(0, 360),),) * 7)
    start, end = calendar.business_day(hours, sunday, berlin)
    shifts = tuple(
        Span(int(shift.start.timestamp()), int(shift.end.timestamp()))
        for shift in calendar.shifts(hours, sunday, berlin)
    )
    whole = DayFrame(int(start.timestamp()), int(end.timestamp()), shifts)
    drawn = lane(made_at([]), [], whole, PanelSettings(), whole.end)
    assert drawn.totals.elapsed == drawn.totals.idle == 7 * HOUR
    assert whole.end - whole.start == 25 * HOUR


@pytest.mark.parametrize(
    ("clocks", "gap", "green"),
    [
        pytest.param(["10:00", "10:11"], 600, ["09:59-10:11"], id="a hole of exactly the gap"),
        pytest.param(
            ["10:00", "10:11:01"], 600, ["09:59-10:00", "10:10:01-10:11:01"], id="a second more"
        ),
        pytest.param(["10:00", "10:00:30"], 0, ["09:59-10:00:30"], id="without a gap"),
        pytest.param(["00:00:20"], 600, ["00:00-00:00:20"], id="credit stops at the day's edge"),
    ],
)
def test_stretches(clocks: list[str], gap: int, green: list[str]) -> None:
    assert zones(day(clocks, settings=PanelSettings(gap_seconds=gap)), "a") == green


def test_a_change_without_credit_still_holds_a_stretch_together() -> None:
    points = acts(["10:00", "10:06"], credit=0)
    drawn = lane(points, [], frame("09:00-18:00"), PanelSettings(), at("18:00"))
    assert zones(drawn, "a") == ["10:00-10:06"]


def test_a_bridge_never_crosses_an_edge_of_the_shift() -> None:
    drawn = day(["08:57", "09:05"], shifts=["09:00-18:00"], now="18:00")
    assert zones(drawn, "a") == ["08:56-08:57", "09:04-09:05"]
    assert zones(drawn, "i")[0] == "09:00-09:04"
    touching = day(["09:00", "09:08"], shifts=["09:00-18:00"], now="18:00")
    assert zones(touching, "a") == ["08:59-09:08"]


def test_a_pause_over_the_start_of_the_shift_is_settled_by_the_next_action() -> None:
    """It waits like any pause, but no bridge will ever cross the edge (R6, R7)."""
    waiting = day(["08:57"], now="09:05")
    assert (zones(waiting, "p"), zones(waiting, "i")) == (["09:00-09:05"], [])
    acted = day(["08:57", "09:05"], now="09:05")
    assert (zones(acted, "p"), zones(acted, "i")) == ([], ["09:00-09:04"])


def test_nobody_waits_before_the_first_action() -> None:
    drawn = day([], now="09:05")
    assert (zones(drawn, "i"), zones(drawn, "p")) == (["09:00-09:05"], [])


def test_a_call_of_unknown_length_is_a_mark_and_a_number() -> None:
    drawn = day([], [CallSpan(at("10:00"), None)], now="11:00")
    assert drawn.ticks == (at("10:00"),)
    assert zones(drawn, "c") == []
    assert (drawn.totals.calls_count, drawn.totals.calls_unknown) == (1, 1)
    assert (drawn.totals.calls_sum, drawn.totals.active) == (0, 0)
    assert drawn.totals.first == drawn.totals.last == at("10:00")


def test_a_missed_call_is_nobodys_action() -> None:
    drawn = day([], [call("10:00-10:00", is_incoming=True)], now="11:00")
    assert (drawn.totals.missed, drawn.totals.calls_count, drawn.totals.first) == (1, 0, None)


def test_an_unanswered_call_of_ones_own_is_an_action() -> None:
    drawn = day([], [call("10:00-10:00")], now="11:00")
    assert (drawn.totals.missed, drawn.totals.calls_count) == (0, 1)
    assert drawn.totals.first == at("10:00")


def test_calls_may_be_hidden() -> None:
    drawn = day([], [call("10:00-10:20")], settings=PanelSettings(show_calls=False))
    assert (zones(drawn, "c"), zones(drawn, "a")) == ([], ["10:00-10:20"])
    assert drawn.totals.calls_union == 20 * MINUTE


def test_a_call_over_midnight_is_counted_on_the_day_it_began() -> None:
    before = DayFrame(at("00:00"), at("24:00"))
    after = DayFrame(at("24:00"), at("48:00"))
    late = call("23:50-24:20")
    first, second = (
        lane(made_at([]), [late], whole, PanelSettings(), at("48:00")) for whole in (before, after)
    )
    assert (zones(first, "c"), zones(second, "c")) == (["23:50-24:00"], ["24:00-24:20"])
    assert (first.totals.calls_count, second.totals.calls_count) == (1, 0)
    assert (first.totals.calls_sum, second.totals.calls_sum) == (30 * MINUTE, 0)


def test_a_call_that_has_not_ended_by_now_is_cut_at_now() -> None:
    drawn = day([], [call("10:00-10:20")], now="10:15")
    assert zones(drawn, "c") == ["10:00-10:15"]
    assert zones(drawn, "f") == ["10:15-24:00"]


@pytest.mark.parametrize("now", ["-24:00", "00:00"])
def test_a_day_to_come_is_all_future(now: str) -> None:
    drawn = lane(made_at([]), [], frame("09:00-18:00"), PanelSettings(), at("00:00"))
    assert zones(drawn, "f") == ["00:00-24:00"]
    assert drawn.totals.elapsed == 0
    assert drawn.totals.utilisation is None


def test_a_day_off_is_blank() -> None:
    drawn = day(["12:00"], shifts=[])
    assert (zones(drawn, "i"), zones(drawn, "a")) == ([], ["11:59-12:00"])
    assert drawn.totals.late is None
