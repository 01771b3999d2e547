"""A day as a list, and what a minute of a lane stands for."""

from smena.activity.core.lane import lane
from smena.activity.core.parts import Part, part_at, parts
from smena.activity.model import Acts, CallSpan, PanelSettings, Zone
from tests.activity.cast import MINUTE, at, call, frame

CHANGES = [(at(clock), "lead_added") for clock in ("10:00", "10:05", "10:12", "12:00")]
CALLS = [call("10:07-10:11"), CallSpan(at("13:00"), None)]


def whole() -> list[Part]:
    points = [(moment, 60) for moment, _ in CHANGES]
    made = Acts(points, 4, 4, points[0][0], points[-1][0])
    drawn = lane(made, CALLS, frame("09:00-18:00"), PanelSettings(), at("18:00"))
    return parts(drawn, CHANGES, CALLS)


def test_parts_follow_each_other_with_what_was_done() -> None:
    told = [
        (part.zone, part.start, len(part.events), len(part.talks))
        for part in whole()
        if part.zone not in {Zone.OUTSIDE, Zone.FUTURE} and part.seconds
    ]
    assert told == [
        (Zone.IDLE, at("09:00"), 0, 0),
        (Zone.WORK, at("09:59"), 2, 0),
        (Zone.CALL, at("10:07"), 0, 1),
        (Zone.WORK, at("10:11"), 1, 0),
        (Zone.IDLE, at("10:12"), 0, 0),
        (Zone.WORK, at("11:59"), 1, 0),
        (Zone.IDLE, at("12:00"), 0, 0),
    ]


def test_a_call_of_unknown_length_is_a_part_of_no_length() -> None:
    (unknown,) = [part for part in whole() if not part.seconds]
    assert (unknown.start, unknown.zone, len(unknown.talks)) == (at("13:00"), Zone.CALL, 1)


def test_a_minute_is_named_by_its_strongest_part() -> None:
    found = {clock: part_at(whole(), at(clock) // MINUTE) for clock in ("10:11", "13:00", "13:01")}
    assert [part.zone for part in found.values() if part] == [Zone.WORK, Zone.CALL, Zone.IDLE]


def test_a_minute_outside_the_day_is_nothing() -> None:
    assert part_at(whole(), at("48:00") // MINUTE) is None


def test_an_event_without_credit_at_the_start_of_a_stretch_belongs_to_it() -> None:
    changes = [(at("10:00"), "lead_added"), (at("10:05"), "lead_added")]
    made = Acts([(moment, 0) for moment, _ in changes], 2, 2, at("10:00"), at("10:05"))
    drawn = lane(made, [], frame("09:00-18:00"), PanelSettings(), at("18:00"))
    (work,) = [part for part in parts(drawn, changes, []) if part.zone is Zone.WORK]
    assert len(work.events) == 2
