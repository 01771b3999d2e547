"""Which facts follow from a change."""

from dataclasses import replace

import pytest

from smena.crm.facts.model import (
    Fact,
    LeadAppeared,
    Removal,
    ResponsibleChanged,
    StageEntered,
    TaskChanged,
)
from smena.crm.mirror.core.derive_facts import FactContext, of_bin, of_lead, of_task
from smena.crm.mirror.core.merge import Binned
from smena.crm.model.entities import CommandId, EntityKind, Lead, LeadId, UserId
from smena.crm.outbox.model import ChangeLead, ChangeTask, CommandKind, Stage
from tests.crm.cast import (
    ANNA,
    BORIS,
    LAST_YEAR,
    LEAD,
    MONDAY_10_00,
    SALES,
    TALKS,
    TASK,
    VERA,
    after,
    command,
)

FRAME = FactContext(MONDAY_10_00.replace(microsecond=900_000), {})
SENDING = FactContext(
    MONDAY_10_00,
    {(CommandKind.LEAD, LEAD.id): [command(17, ChangeLead(lead=LEAD.id, responsible=BORIS))]},
)


@pytest.mark.parametrize(
    ("lead", "appears"),
    [
        pytest.param(LEAD, True, id="new"),
        pytest.param(replace(LEAD, created_at=MONDAY_10_00), True, id="second of connecting"),
        pytest.param(replace(LEAD, created_at=LAST_YEAR), False, id="history"),
        pytest.param(replace(LEAD, is_deleted=True), False, id="already in the bin"),
    ],
)
def test_a_lead_seen_for_the_first_time(lead: Lead, appears: bool) -> None:  # noqa: FBT001 -- a table
    assert [type(fact) for fact in of_lead(None, lead, FRAME)] == [LeadAppeared] * appears


def test_an_unimportant_change_is_no_fact() -> None:
    assert of_lead(LEAD, replace(LEAD, name="Поставка 2", updated_at=after(20)), FRAME) == []


@pytest.mark.parametrize(
    ("user", "lead", "command"),
    [
        pytest.param(BORIS, LEAD.id, CommandId(17), id="ours"),
        pytest.param(VERA, LEAD.id, None, id="another person"),
        pytest.param(BORIS, LeadId(4000002), None, id="another lead"),
    ],
)
def test_whose_change_of_the_responsible_it_was(
    user: UserId, lead: LeadId, command: CommandId | None
) -> None:
    before = replace(LEAD, id=lead)
    assert of_lead(before, replace(before, responsible=user), SENDING) == [
        ResponsibleChanged(lead=lead, before=ANNA, after=user, by_command=command)
    ]


def test_a_lead_that_comes_back() -> None:
    assert of_lead(replace(LEAD, is_deleted=True), LEAD, FRAME) == [
        Removal(kind=EntityKind.LEAD, id=LEAD.id, is_restored=True)
    ]


def test_tasks() -> None:
    old = replace(TASK, created_at=LAST_YEAR)
    assert of_task(None, old, FRAME) == []
    assert of_task(None, TASK, FRAME) == [TaskChanged(task=TASK.id)]
    assert of_task(old, replace(old, is_completed=True), FRAME) == [TaskChanged(task=TASK.id)]


def test_a_stage_and_a_task_changed_by_us_name_the_command() -> None:
    entered = replace(LEAD, status=TALKS)
    ours = command(18, ChangeLead(lead=LEAD.id, stage=Stage(SALES, TALKS)))
    (fact,) = of_lead(
        LEAD, entered, FactContext(MONDAY_10_00, {(CommandKind.LEAD, LEAD.id): [ours]})
    )
    assert isinstance(fact, StageEntered)
    assert fact.by_command == 18
    done = replace(TASK, is_completed=True, result="Договорились")
    ours = command(19, ChangeTask(task=TASK.id, is_completed=True, result="Договорились"))
    frame = FactContext(MONDAY_10_00, {(CommandKind.TASK, TASK.id): [ours]})
    assert of_task(TASK, done, frame) == [TaskChanged(task=TASK.id, by_command=CommandId(19))]
    theirs = replace(done, text="Перезвонить завтра")
    assert of_task(TASK, theirs, frame) == [TaskChanged(task=TASK.id)]


KEY = (EntityKind.LEAD, 4000001)
GONE = Removal(kind=EntityKind.LEAD, id=4000001, is_restored=False)


@pytest.mark.parametrize(
    ("known", "new", "facts"),
    [
        pytest.param(None, Binned(after(5), is_deleted=True), [GONE], id="removed"),
        pytest.param(None, Binned(LAST_YEAR, is_deleted=True), [], id="removed long ago"),
        pytest.param(None, Binned(after(5), is_deleted=False), [], id="back from where?"),
        pytest.param(
            Binned(after(4), is_deleted=True), Binned(after(5), is_deleted=True), [],
            id="told again",
        ),
        pytest.param(
            Binned(after(4), is_deleted=True), Binned(after(5), is_deleted=False),
            [Removal(kind=EntityKind.LEAD, id=4000001, is_restored=True)], id="back",
        ),
    ],
)  # fmt: skip
def test_the_bin(known: Binned | None, new: Binned, facts: list[Fact]) -> None:
    assert list(of_bin({KEY: new}, {KEY: known} if known else {}, FRAME)) == facts
