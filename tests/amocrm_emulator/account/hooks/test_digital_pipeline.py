"""What triggers of the digital pipeline make of moves, and what they send."""

from typing import Any
from urllib.parse import parse_qsl

import msgspec
import pytest

from amocrm_emulator.account.hooks.core.triggers import (
    Firing,
    Move,
    Trigger,
    TriggerAccount,
    body,
    fire,
)
from tests.amocrm_emulator.place import (
    ACCOUNT,
    BOSS,
    FIRST,
    NOON,
    SALES,
    SERVICE,
    TALKS,
    WON,
    Place,
    Receiver,
)

pytestmark = pytest.mark.anyio
URL = "https://our.example/dp/3f9c"
OURS = TriggerAccount(ACCOUNT, "proba")
IN_TALKS = Trigger(SALES, [TALKS], URL)
STRETCHED = Trigger(SALES, [FIRST, TALKS], URL, kind="widget")
CREATED = Firing(1, None)
CAME = Firing(14, "went_to_trigger")


@pytest.mark.parametrize(
    ("trigger", "move", "expected"),
    [
        pytest.param(IN_TALKS, Move(1, SALES, TALKS), CREATED, id="created there"),
        pytest.param(IN_TALKS, Move(1, SALES, FIRST), None, id="created elsewhere"),
        pytest.param(IN_TALKS, Move(1, SALES, TALKS, SALES, FIRST), CAME, id="moved there"),
        pytest.param(IN_TALKS, Move(1, SALES, FIRST, SALES, TALKS), None, id="moved away"),
        pytest.param(
            Trigger(SALES, [WON], URL),
            Move(1, SERVICE, WON, SERVICE, TALKS),
            None,
            id="won in another pipeline",
        ),
        pytest.param(
            Trigger(SALES, [WON], URL),
            Move(1, SALES, WON, SERVICE, WON),
            CAME,
            id="came from another pipeline into the stage of the same number",
        ),
        pytest.param(STRETCHED, Move(1, SALES, FIRST, SALES, WON), CAME, id="entered the area"),
        pytest.param(
            STRETCHED,
            Move(1, SALES, TALKS, SALES, FIRST),
            Firing(15, "went_in_trigger"),
            id="moved inside the area",
        ),
        pytest.param(
            STRETCHED,
            Move(1, SALES, WON, SALES, TALKS),
            Firing(14, "went_from_trigger"),
            id="left the area",
        ),
        pytest.param(
            Trigger(SALES, [FIRST, TALKS], URL),
            Move(1, SALES, WON, SALES, TALKS),
            None,
            id="a plain webhook does not hear of leaving",
        ),
    ],
)
def test_fires(trigger: Trigger, move: Move, expected: Firing | None) -> None:
    assert fire(trigger, move) == expected


def test_the_form_of_send_webhook() -> None:
    kind, content = body(IN_TALKS, Move(1, SALES, TALKS, SERVICE, WON), CAME, OURS, NOON)
    assert kind == "application/x-www-form-urlencoded"
    assert parse_qsl(content.decode()) == [
        ("leads[status][0][id]", "1"),
        ("leads[status][0][status_id]", str(TALKS)),
        ("leads[status][0][pipeline_id]", str(SALES)),
        ("leads[status][0][old_status_id]", str(WON)),
        ("leads[status][0][old_pipeline_id]", str(SERVICE)),
        ("account[id]", str(ACCOUNT)),
        ("account[subdomain]", "proba"),
    ]
    _kind, content = body(IN_TALKS, Move(1, SALES, TALKS), CREATED, OURS, NOON)
    assert content.startswith(b"leads%5Badd%5D%5B0%5D%5Bid%5D=1&")


def test_a_widget_in_both_encodings() -> None:
    trigger = Trigger(SALES, [TALKS], URL, kind="widget", settings={"template_id": "5"})
    move = Move(1, SALES, TALKS, SALES, FIRST)
    kind, content = body(trigger, move, CAME, OURS, NOON)
    assert kind == "application/json"
    assert msgspec.json.decode(content) == {
        "event": {
            "type": 14,
            "type_code": "lead_status_changed",
            "data": {
                "id": 1,
                "element_type": 2,
                "status_id": TALKS,
                "pipeline_id": SALES,
                "direction_of_movement": "went_to_trigger",
            },
            "time": NOON,
        },
        "action": {"settings": {"widget": {"settings": {"template_id": "5"}}}},
        "subdomain": "proba",
        "account_id": ACCOUNT,
    }
    as_form = msgspec.structs.replace(trigger, encoding="form")
    kind, content = body(as_form, move, CAME, OURS, NOON)
    assert kind == "application/x-www-form-urlencoded"
    fields = dict(parse_qsl(content.decode()))
    assert fields["event[data][direction_of_movement]"] == "went_to_trigger"
    assert fields["action[settings][widget][settings][template_id]"] == "5"
    assert fields["account_id"] == str(ACCOUNT)


async def put(at: Place, **settings: Any) -> int:
    found = await at.call("POST", "/control/triggers", {"pipeline": SALES} | settings)
    return int(found["id"])


async def test_created_and_moved_are_told_once(at: Place, heard: Receiver) -> None:
    quiet = at.lead(status_id=TALKS)  # it was there before
    await put(at, statuses=[TALKS], url=heard.url)
    heard.statuses = [500, 404]
    crm, now = at.crm, at.clock.now()
    created = crm.leads.add(BOSS, now, "Новая", status_id=TALKS)
    await at.emulator.flush_hooks()
    moved = crm.leads.add(BOSS, now, "Двинется")
    crm.leads.change(BOSS, now, moved, status_id=TALKS)
    crm.leads.change(BOSS, now, moved, price=5)
    crm.leads.change(BOSS, now, quiet, price=5)
    await at.emulator.flush_hooks()
    at.clock.advance(86_400)
    await at.emulator.flush_hooks()
    assert [one.pairs[0] for one in heard.received] == [
        ("leads[add][0][id]", str(created)),
        ("leads[status][0][id]", str(moved)),
    ]
    assert heard.received[0].headers["user-agent"] == "amoCRM-Webhooks/3.0"
    for table in ("delivery", "delivery_once", "failure"):
        assert crm.store.rows(f"SELECT count(*) FROM {table}") == [(0,)]


async def test_a_widget_sends_json(at: Place, heard: Receiver) -> None:
    await put(at, statuses=[TALKS], url=heard.url, kind="widget", settings={"a": "1"})
    at.crm.leads.add(BOSS, at.clock.now(), "Новая", status_id=TALKS)
    await at.emulator.flush_hooks()
    (one,) = heard.received
    assert one.headers["content-type"] == "application/json"
    assert msgspec.json.decode(one.body)["event"]["type_code"] == "lead_added"


async def test_triggers_come_and_go(at: Place, heard: Receiver) -> None:
    number = await put(at, statuses=[TALKS], url=heard.url)
    (shown,) = await at.call("GET", "/control/triggers")
    assert (shown["id"], shown["kind"], shown["url"]) == (number, "webhook", heard.url)
    for status in (204, 404):
        answer = await at.answer("DELETE", f"/control/triggers/{number}")
        assert answer.status_code == status
    at.crm.leads.add(BOSS, at.clock.now(), "Новая", status_id=TALKS)
    await at.emulator.flush_hooks()
    assert heard.received == []


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"statuses": []}, "statuses"),
        ({"statuses": [5]}, "stage 5"),
        ({"url": "ftp://x"}, "url"),
        ({"kind": "salesbot"}, "salesbot"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_triggers_that_are_none(at: Place, wrong: dict[str, Any], words: str) -> None:
    given = {"pipeline": SALES, "statuses": [TALKS], "url": URL} | wrong
    answer = await at.answer("POST", "/control/triggers", given)
    assert answer.status_code == 400
    assert words in answer.json()["detail"]
