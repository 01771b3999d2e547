"""Which hours a panel shows."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from smena.activity.core.lane import lane
from smena.activity.model import DayFrame, Lane, PanelSettings
from smena.activity.panel.core.axis import Axis, axis
from smena.kernel.timespan import Span
from tests.activity.cast import HOUR, acts, at, call, day, made_at

FRIDAY = date(2026, 11, 20)
MOSCOW = ZoneInfo("Europe/Moscow")
BERLIN = ZoneInfo("Europe/Berlin")


def labels(shown: Axis) -> list[str]:
    return [tick.label for tick in shown.ticks]


@pytest.mark.parametrize(
    ("lanes", "start", "end"),
    [
        pytest.param([day([])], "09:00", "18:00", id="the schedule"),
        pytest.param([day([], shifts=[])], "08:00", "20:00", id="nobody works"),
        pytest.param([], "08:00", "20:00", id="nobody at all"),
        pytest.param(
            [day([]), day([], shifts=["07:30-12:15"])], "07:00", "18:00", id="whole hours of all"
        ),
        pytest.param([day(["08:40", "19:10"])], "08:00", "20:00", id="with what was done outside"),
        pytest.param([day([], [call("17:50-18:20")])], "09:00", "19:00", id="a late call"),
        pytest.param([day([]), day([], shifts=["21:00-30:00"])], "09:00", "30:00", id="a night"),
    ],
)
def test_edges(lanes: list[Lane], start: str, end: str) -> None:
    shown = axis(lanes, FRIDAY, MOSCOW, PanelSettings())
    assert (shown.start, shown.end) == (at(start), at(end))


def test_a_window_of_ones_own_is_still_widened_by_activity() -> None:
    chosen = PanelSettings(window_minutes=(600, 900))
    shown = axis([day(["16:10"])], FRIDAY, MOSCOW, chosen)
    assert (shown.start, shown.end) == (at("10:00"), at("17:00"))


def test_labels_are_hours_of_the_zone() -> None:
    shown = axis([day([])], FRIDAY, MOSCOW, PanelSettings())
    assert labels(shown) == ["09", "10", "11", "12", "13", "14", "15", "16", "17", "18"]
    assert shown.hours == 9
    assert shown.share(at("13:30")) == 50


def test_long_days_have_fewer_labels() -> None:
    shown = axis([day([]), day([], shifts=["21:00-30:00"])], FRIDAY, MOSCOW, PanelSettings())
    assert labels(shown) == ["09", "11", "13", "15", "17", "19", "21", "23", "01", "03", "05"]


def test_e10_the_repeated_hour_has_a_star() -> None:
    midnight = 1792879200
    whole = DayFrame(midnight, midnight + 25 * HOUR, (Span(midnight, midnight + 7 * HOUR),))
    drawn = lane(made_at([]), [], whole, PanelSettings(), whole.end)
    shown = axis([drawn], date(2026, 10, 25), BERLIN, PanelSettings())
    assert labels(shown) == ["00", "01", "02", "02*", "03", "04", "05", "06"]


def test_zones_of_half_hours_have_whole_hours_too() -> None:
    kolkata = ZoneInfo("Asia/Kolkata")
    start = at("06:30")
    drawn = lane(acts([]), [], DayFrame(start, start + 24 * HOUR), PanelSettings(), start)
    shown = axis([drawn], FRIDAY, kolkata, PanelSettings())
    assert labels(shown)[0] == "08"
