"""Whether a creation came true is read from lists; some answers of amoCRM prove nothing."""

from datetime import timedelta
from typing import Any

import pytest

from amocrm_emulator.serving.faults.read import read_list
from amocrm_emulator.serving.faults.script import Script
from smena.crm.model.entities import EntityKind, LeadId, UserId
from smena.crm.outbox import actions
from smena.crm.outbox.model import AddNote, Change, ChangeLead, CommandState
from smena.kernel.db import Database
from smena.kernel.reasons import reason_text
from tests.connectors.amocrm.account import ACCOUNT, ANNA
from tests.connectors.amocrm.stand import Stand, stand
from tests.connectors.amocrm.writing.test_dispatcher_kinds import (
    command,
    commands,
    connected,
    new_task,
    states,
)

pytestmark = pytest.mark.anyio

NOTES, TASKS = "/api/v4/leads/notes", "/api/v4/tasks"
LIE: dict[str, Any] = {"kind": "status", "status": 204, "look": "empty", "method": "GET"}
REST = timedelta(minutes=2)


@pytest.mark.parametrize("what", ["note", "task"])
async def test_an_empty_list_that_hides_what_is_known_proves_nothing(
    db: Database, what: str
) -> None:
    """However often it is said: the creation is repeated only when the list tells the truth."""
    async with stand(db) as made:
        team = await connected(made)
        made.crm.notes.add(ANNA, made.now(), "leads", team.leads[1], "common", {"text": "Ждёт"})
        await made.settle(rounds=2)
        lost = {"kind": "nothing", "when": "after", "method": "POST", "times": 1}
        path = NOTES if what == "note" else TASKS
        script(made, {"path": path} | lost, {"path": path} | LIE)
        note = AddNote(card_kind=EntityKind.LEAD, card_id=team.leads[0], text="Распределено")
        await command(made, note if what == "note" else new_task(made, team))
        for _ in range(4):
            await made.deliver()
            made.clock.offset += REST
        assert await states(made) == {CommandState.PLANNED: 1}
        (waiting,) = await commands(made)
        assert reason_text(waiting.error).startswith("amoCRM пока не показывает")
        made.emulator.limiter.requests.clear()
        script(made)
        await made.deliver()
        assert await states(made) == {CommandState.DELIVERED: 1}
        assert made.emulator.limiter.requests[f"POST {path}"] == 0


@pytest.mark.parametrize("lies", [1, 2, 3])
async def test_an_empty_list_that_nothing_known_could_prove_is_asked_again(
    db: Database, lies: int
) -> None:
    """The first note of all cannot be proven absent by one answer: it is not made twice."""
    async with stand(db) as made:
        team = await connected(made)
        lost = {"kind": "nothing", "when": "after", "method": "POST", "times": 1}
        script(made, {"path": NOTES} | lost, {"path": NOTES, "times": lies} | LIE)
        note = AddNote(card_kind=EntityKind.LEAD, card_id=team.leads[0], text="Распределено")
        await command(made, note)
        await made.deliver()
        made.emulator.limiter.requests.clear()
        made.clock.offset += REST
        await made.deliver()
        assert await states(made) == {CommandState.DELIVERED: 1}
        assert made.emulator.limiter.requests[f"POST {NOTES}"] == 0


async def test_a_list_that_cannot_be_read_holds_up_nothing_else(db: Database) -> None:
    async with stand(db) as made:
        team = await connected(made)
        script(made, {"path": NOTES, "method": "GET", "kind": "status", "status": 500})
        note = AddNote(card_kind=EntityKind.LEAD, card_id=team.leads[0], text="Распределено")
        await command(made, note)
        async with db.tenant(ACCOUNT) as tx:
            await actions.claim(tx, 50, made.clock.now())  # and the process died
        lead: Change = ChangeLead(lead=LeadId(team.leads[1]), responsible=UserId(ANNA))
        await command(made, lead)
        await made.deliver()
        assert made.crm.records.existing("leads", team.leads[1])["responsible_user_id"] == ANNA
        assert {one.change: one.state for one in await commands(made)} == {
            note: CommandState.PLANNED, lead: CommandState.DELIVERED,
        }  # fmt: skip
        script(made)
        made.clock.offset += REST
        await made.deliver()
        assert await states(made) == {CommandState.DELIVERED: 2}


async def test_what_an_earlier_command_made_answers_no_later_one(db: Database) -> None:
    """The same note is asked for again right after the first was made, and its request is lost."""
    async with stand(db) as made:
        team = await connected(made)
        note = AddNote(card_kind=EntityKind.LEAD, card_id=team.leads[0], text="Позвонить завтра")
        await command(made, note)
        await made.deliver()
        await command(made, note)
        script(made, {"path": NOTES, "method": "POST", "kind": "reset", "times": 1})
        for _ in range(3):
            await made.deliver()
            made.clock.offset += REST
        first, second = await commands(made)
        assert {first.state, second.state} == {CommandState.DELIVERED}
        assert first.created != second.created


def script(made: Stand, *lines: dict[str, Any]) -> None:
    made.emulator.wire.script = Script(read_list(list(lines)))
