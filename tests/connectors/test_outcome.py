from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest

from smena.connectors.amocrm.core import outcome
from smena.connectors.amocrm.core.outcome import Outcome
from smena.crm.model import Lead, LeadId, PipelineId, StatusId, UserId
from smena.crm.outbox import ChangeResponsible, Lane, Wish, WishId, WishState

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECONDS = int(NOON.timestamp())
ANNA, BORIS = UserId(2), UserId(3)


def wish(number: int, lead: int, user: UserId = ANNA) -> Wish:
    return Wish(
        id=WishId(number),
        change=ChangeResponsible(LeadId(lead), user),
        lane=Lane.FRESH,
        cause="test",
        state=WishState.SENDING,
        attempts=1,
        asked_at=NOON,
        not_before=NOON,
    )


BATCH = [wish(1, 101), wish(2, 102), wish(3, 103)]
LEAD = Lead(
    id=LeadId(101), name="", price=None, responsible=ANNA, pipeline=PipelineId(1),
    status=StatusId(1), created_by=UserId(0), updated_by=UserId(0), created_at=NOON,
    updated_at=NOON,
)  # fmt: skip


def success(*leads: object) -> bytes:
    items = [{"id": lead, "updated_at": SECONDS} for lead in leads]
    return msgspec.json.encode({"_embedded": {"leads": items}})


def refusal(*request_ids: str) -> bytes:
    error = {"code": "NotSupportedChoice", "path": "responsible_user_id", "detail": "No such user"}
    items = [{"request_id": name, "errors": [error]} for name in request_ids]
    return msgspec.json.encode({"validation-errors": items, "title": "Bad Request", "status": 400})


ALL = (WishId(1), WishId(2), WishId(3))
WHY = "responsible_user_id: No such user"


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        pytest.param(
            200, success(101, "102", 103), Outcome(delivered=dict.fromkeys(ALL, NOON)), id="all"
        ),
        pytest.param(
            200,
            success(103),
            Outcome(delivered={WishId(3): NOON}, unknown=(WishId(1), WishId(2))),
            id="some are not named",
        ),
        pytest.param(200, success(101)[:20], Outcome(unknown=ALL), id="cut short"),
        pytest.param(200, b"<html>", Outcome(unknown=ALL), id="HTML instead of JSON"),
        pytest.param(200, b"", Outcome(unknown=ALL), id="nothing"),
        pytest.param(
            200, b'{"_embedded":{"leads":[{"id":"x"}]}}', Outcome(unknown=ALL), id="wrong types"
        ),
        pytest.param(504, b"", Outcome(unknown=ALL), id="gateway timeout"),
        pytest.param(204, b"", Outcome(unknown=ALL), id="no content"),
        pytest.param(
            400,
            refusal("2"),
            Outcome(refused={WishId(2): WHY}, at_once=(WishId(1), WishId(3))),
            id="one is refused, the others go on",
        ),
        pytest.param(400, refusal("77"), Outcome(apart=ALL), id="refused, nobody knows which"),
        pytest.param(400, b"<html>", Outcome(apart=ALL), id="refused without a readable reason"),
    ],
)
def test_answer(status: int, body: bytes, expected: Outcome) -> None:
    assert outcome.of_answer(BATCH, status, body) == expected


def test_alone_and_refused_without_a_name() -> None:
    found = outcome.of_answer(BATCH[:1], 400, b'{"title":"Bad Request","detail":"No"}')
    assert found.refused == {WishId(1): "Bad Request No"}


def test_read_back() -> None:
    other = replace(LEAD, id=LeadId(102), responsible=BORIS)
    found = outcome.of_read_back(BATCH, {lead.id: lead for lead in (LEAD, other)})
    assert found.delivered == {WishId(1): NOON}
    assert found.at_once == (WishId(2), WishId(3))
    assert found.refused == {}


def test_body_names_each_wish() -> None:
    assert msgspec.json.decode(outcome.body_of(BATCH[:1])) == [
        {"id": 101, "responsible_user_id": 2, "request_id": "1"}
    ]


def test_pauses_grow_to_a_minute() -> None:
    assert [outcome.pause_seconds(tries) for tries in (1, 2, 3, 4, 20)] == [0, 0, 2, 4, 60]
