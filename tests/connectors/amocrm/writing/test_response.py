"""What became of a batch."""

from datetime import UTC, datetime

import msgspec
import pytest

from smena.connectors.amocrm.writing.core import response
from smena.connectors.amocrm.writing.core.rejection import of_problem, rejection_reason
from smena.connectors.amocrm.writing.core.response import Confirmed, Outcome
from smena.crm.model.entities import CommandId, EntityKind, LeadId, UserId
from smena.crm.outbox.model import AddNote, ChangeLead, Item
from tests.crm.cast import command

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECONDS = int(NOON.timestamp())
ANNA, BORIS = UserId(2), UserId(3)


def item(number: int, lead: int, user: UserId = ANNA) -> Item:
    change = ChangeLead(lead=LeadId(lead), responsible=user)
    return Item(change, (command(number, change),))


def note(number: int) -> Item:
    change = AddNote(card_kind=EntityKind.LEAD, card_id=101, text="Просил счёт")
    return Item(change, (command(number, change),))


BATCH = [item(1, 101), item(2, 102), item(3, 103)]
NOTES = [note(1), note(2), note(3)]
ALL = (CommandId(1), CommandId(2), CommandId(3))
DONE = Confirmed(NOON)
WHY = rejection_reason([("responsible_user_id", "No such user")])


def in_part(lead: int, *request_ids: str) -> bytes:
    told = msgspec.json.decode(success(lead)) | msgspec.json.decode(refusal(*request_ids))
    return msgspec.json.encode(told)


def success(*leads: object) -> bytes:
    items = [{"id": lead, "updated_at": SECONDS} for lead in leads]
    return msgspec.json.encode({"_embedded": {"leads": items}})


def made(**numbers: int) -> bytes:
    items = [{"id": made, "request_id": name[1:]} for name, made in numbers.items()]
    return msgspec.json.encode({"_embedded": {"notes": items}})


def refusal(*request_ids: str) -> bytes:
    error = {"code": "NotSupportedChoice", "path": "responsible_user_id", "detail": "No such user"}
    items = [{"request_id": name, "errors": [error]} for name in request_ids]
    return msgspec.json.encode({"validation-errors": items, "title": "Bad Request", "status": 400})


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        pytest.param(200, success(101, "102", 103), Outcome(dict.fromkeys(ALL, DONE)), id="all"),
        pytest.param(
            200,
            success(103),
            Outcome({CommandId(3): DONE}, unknown=(CommandId(1), CommandId(2))),
            id="some are not named",
        ),
        pytest.param(
            200,
            in_part(103, "1"),
            Outcome({CommandId(3): DONE}, {CommandId(1): WHY}, unknown=(CommandId(2),)),
            id="one done, one refused alone, one not named",
        ),
        pytest.param(
            200,
            in_part(101, "1"),
            Outcome({CommandId(1): DONE}, unknown=(CommandId(2), CommandId(3))),
            id="done counts more than refused",
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
            Outcome(refused={CommandId(2): WHY}, resend=(CommandId(1), CommandId(3))),
            id="one is refused, the others go on",
        ),
        pytest.param(400, refusal("77"), Outcome(split=ALL), id="refused, nobody knows which"),
        pytest.param(400, b"<html>", Outcome(split=ALL), id="refused without a readable reason"),
    ],
)
def test_answer(status: int, body: bytes, expected: Outcome) -> None:
    assert response.of_answer(BATCH, status, body) == expected


def test_creations_are_known_by_the_number_that_we_gave() -> None:
    """Items may come back in any order, and ids of the CRM say nothing about ours."""
    found = response.of_answer(NOTES, 200, made(_3=77003, _1=77001))
    assert found == Outcome(
        {CommandId(1): Confirmed(created=77001), CommandId(3): Confirmed(created=77003)},
        unknown=(CommandId(2),),
    )


def test_alone_and_refused_without_a_name() -> None:
    found = response.of_answer(BATCH[:1], 400, b'{"title":"Bad Request","detail":"No"}')
    assert found.refused == {CommandId(1): of_problem("Bad Request", "No")}


def test_read_back() -> None:
    held = {
        101: {"id": 101, "responsible_user_id": ANNA, "updated_at": SECONDS},
        102: {"id": 102, "responsible_user_id": BORIS, "updated_at": SECONDS},
    }
    found = response.of_read_back(BATCH, held)
    assert found == Outcome({CommandId(1): DONE}, resend=(CommandId(2), CommandId(3)))


def test_pauses_grow_to_a_minute() -> None:
    assert [response.pause_seconds(tries) for tries in (1, 2, 3, 4, 20)] == [0, 0, 2, 4, 60]
