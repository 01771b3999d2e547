"""Who acted: robots, clients, mass actions."""

import pytest

from smena.activity.core.acts import Verdicts, codes, sort_out
from smena.activity.core.catalogue import family_of, is_machine, nature_of
from smena.activity.core.lane import lane
from smena.activity.model import Acts, EventKind, Family, Nature, PanelSettings
from tests.activity.cast import MINUTE, at, frame, zones

FORM = "form-integration"
LABELS = {
    1: "lead_status_changed",
    2: "entity_linked",
    3: "incoming_chat_message",
    4: "incoming_call",
    5: "outgoing_chat_message",
    6: "robot_replied",
    9: FORM,
}
DAY = frame("14:50-15:20")


def taken(
    events: list[tuple[str, int, int]], now: str = "24:00", settings: PanelSettings | None = None
) -> Acts:
    moments, kinds, clients = (list(column) for column in zip(*events, strict=True))
    verdicts = Verdicts(LABELS, settings or PanelSettings())
    return sort_out([at(m) for m in moments], codes(kinds, clients), verdicts, DAY, at(now))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (EventKind("lead_added"), Nature.ACTION),
        (EventKind("lead_added", "unknown-widget"), Nature.MACHINE),
        (EventKind("lead_added", "amo-mobile"), Nature.ACTION),
        (EventKind("robot_replied"), Nature.MACHINE),
        (EventKind("ltv_field_changed"), Nature.MACHINE),
        (EventKind("incoming_chat_message"), Nature.RECEIVED),
        (EventKind("outgoing_call", "telephony"), Nature.CALL),
        (EventKind("brand_new_event"), Nature.ACTION),
    ],
)
def test_nature(kind: EventKind, expected: Nature) -> None:
    assert nature_of(kind, PanelSettings(clients=frozenset({"amo-mobile"}))) is expected


@pytest.mark.parametrize(
    ("event_type", "family"),
    [
        ("custom_field_77_value_changed", Family.FIELD),
        ("customer_unlinked", Family.CARD),
        ("company_added", Family.CARD),
        ("task_completed", Family.TASK_REPORT),
        ("task_deadline_changed", Family.TASK_CONTROL),
        ("meta_chat_subscription_started", Family.SYSTEM),
        ("brand_new_event", Family.OTHER),
    ],
)
def test_family(event_type: str, family: Family) -> None:
    assert family_of(event_type) is family


def test_who_is_a_machine() -> None:
    settings = PanelSettings(robots=frozenset({9}))
    assert [is_machine(user, settings) for user in (-1, 0, 9, 10)] == [True, True, True, False]


def test_e9_an_integration_acts_in_somebodys_name() -> None:
    found = taken([("11:01", 2, 9), ("11:02", 6, 0)])
    assert (found.machine, found.events, list(found.points)) == (2, 0, [])
    allowed = taken([("11:01", 2, 9)], settings=PanelSettings(clients=frozenset({FORM})))
    assert (allowed.machine, allowed.events) == (0, 1)


def test_e8_a_mass_edit_is_one_action() -> None:
    found = taken([("15:00:00", 1, 0)] * 37 + [("15:00:01", 1, 0)] * 13)
    assert (found.events, found.actions) == (50, 1)
    drawn = lane(found, [], DAY, PanelSettings(), at("15:20"))
    assert zones(drawn, "a") == ["14:59-15:00"]
    assert drawn.totals.idle == 29 * MINUTE


def test_four_quick_changes_are_four_actions() -> None:
    assert taken([("15:00:00", 1, 0)] * 4).actions == 4


def test_quick_messages_are_not_a_mass_action() -> None:
    assert taken([("15:00:00", 5, 0)] * 8).actions == 8


def test_two_kinds_at_once_are_two_mass_actions() -> None:
    assert taken([("15:00:00", 1, 0), ("15:00:00", 2, 0)] * 6).actions == 2


def test_messages_received_are_counted_apart() -> None:
    found = taken([("15:00", 3, 0), ("15:05", 5, 0), ("15:06", 4, 0)])
    assert (found.received, found.events, found.first) == (1, 1, at("15:05"))


def test_only_the_day_so_far_counts() -> None:
    found = taken([("-1:00", 1, 0), ("00:00", 1, 0), ("15:00", 1, 0), ("15:01", 1, 0)], "15:00")
    assert (found.events, found.first, found.last) == (2, at("00:00"), at("15:00"))
    assert taken([("24:00", 1, 0)], "30:00").events == 0
