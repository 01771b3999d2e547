"""Which facts follow from a change."""

from dataclasses import replace
from datetime import timedelta

import pytest

from smena.crm.facts.model import (
    CardMerged,
    Fact,
    LeadAppeared,
    LeadClosed,
    MessageSent,
    NoteAdded,
    Removal,
    ResponsibleChanged,
    StageEntered,
    TaskChanged,
    TaskCompleted,
    TaskCreated,
    TaskDueMoved,
    UserDeactivated,
    UserMoved,
)
from smena.crm.mirror.core.derive_facts import (
    FactContext,
    of_bin,
    of_lead,
    of_merges,
    of_messages,
    of_notes,
    of_people,
    of_task,
)
from smena.crm.mirror.core.merge import Binned
from smena.crm.model.conversations import Message, MessageId, MessageWay, Note
from smena.crm.model.entities import (
    LOST,
    WON,
    CommandId,
    EntityKind,
    EventId,
    GroupId,
    Lead,
    LeadId,
    Merged,
    NoteId,
    StatusId,
    Task,
    UserId,
)
from smena.crm.outbox.model import ChangeLead, ChangeTask, CommandKind, Stage
from tests.crm.cast import (
    ANNA,
    BORIS,
    LAST_YEAR,
    LEAD,
    MONDAY_10_00,
    NEW,
    SALES,
    TALKS,
    TASK,
    VERA,
    after,
    command,
    user,
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
    assert of_task(None, replace(TASK, is_deleted=True), FRAME) == []
    assert of_task(None, TASK, FRAME) == [
        TaskCreated(task=TASK.id, responsible=ANNA, created_by=ANNA, due_at=TASK.due_at)
    ]


LATER = TASK.due_at + timedelta(days=1)
MOVED = TaskDueMoved(task=TASK.id, before=TASK.due_at, after=LATER)
DONE, CHANGED = TaskCompleted(task=TASK.id), TaskChanged(task=TASK.id)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        pytest.param(TASK, [], id="told again"),
        pytest.param(replace(TASK, is_completed=True), [DONE], id="done"),
        pytest.param(
            replace(TASK, is_completed=True, result="да"), [DONE], id="done with a result"
        ),
        pytest.param(replace(TASK, due_at=LATER), [MOVED], id="postponed"),
        pytest.param(replace(TASK, text="Написать"), [CHANGED], id="another text"),
        pytest.param(replace(TASK, responsible=BORIS), [CHANGED], id="handed over"),
        pytest.param(replace(TASK, due_at=LATER, type_id=2), [MOVED, CHANGED], id="both"),
        pytest.param(
            replace(TASK, due_at=LATER, is_completed=True), [DONE, MOVED], id="moved and done"
        ),
    ],
)
def test_what_happens_to_a_task(after: Task, expected: list[Fact]) -> None:
    assert of_task(TASK, after, FRAME) == expected


def test_a_task_that_is_opened_again() -> None:
    assert of_task(replace(TASK, is_completed=True), TASK, FRAME) == [CHANGED]


@pytest.mark.parametrize(
    ("before", "after", "is_won"),
    [
        pytest.param(NEW, WON, True, id="won"),
        pytest.param(TALKS, LOST, False, id="lost"),
        pytest.param(WON, LOST, None, id="closed before"),
        pytest.param(WON, NEW, None, id="opened again"),
        pytest.param(NEW, TALKS, None, id="goes on"),
    ],
)
def test_a_lead_that_closes(before: StatusId, after: StatusId, is_won: bool | None) -> None:  # noqa: FBT001 -- a table
    told = of_lead(replace(LEAD, status=before), replace(LEAD, status=after), FRAME)
    closed = [fact for fact in told if isinstance(fact, LeadClosed)]
    assert closed == ([] if is_won is None else [LeadClosed(lead=LEAD.id, is_won=is_won)])


NOTE = Note(
    NoteId(1), "common", EntityKind.LEAD, 4000001, ANNA, ANNA, after(5), after(5), "договорились"
)


@pytest.mark.parametrize(
    ("note", "is_told"),
    [
        pytest.param(NOTE, True, id="by a person"),
        pytest.param(replace(NOTE, author=UserId(0)), False, id="by a robot"),
        pytest.param(replace(NOTE, type="call_out"), False, id="a call has its own fact"),
        pytest.param(replace(NOTE, created_at=LAST_YEAR), False, id="history"),
    ],
)
def test_notes(note: Note, is_told: bool) -> None:  # noqa: FBT001 -- a table
    fact = NoteAdded(note=note.id, author=ANNA, entity_kind=EntityKind.LEAD, entity_id=4000001)
    assert of_notes([note], FRAME) == [fact] * is_told


MESSAGE = Message(MessageId("m1"), MessageWay.OUT, after(5), ANNA)


@pytest.mark.parametrize(
    ("before", "after", "is_told"),
    [
        pytest.param(None, MESSAGE, True, id="sent"),
        pytest.param(None, replace(MESSAGE, way=MessageWay.IN), False, id="by a customer"),
        pytest.param(None, replace(MESSAGE, author=UserId(0)), False, id="nobody knows by whom"),
        pytest.param(replace(MESSAGE, author=UserId(0)), MESSAGE, True, id="now known by whom"),
        pytest.param(MESSAGE, replace(MESSAGE, text="да"), False, id="told before"),
        pytest.param(None, replace(MESSAGE, at=LAST_YEAR), False, id="history"),
    ],
)
def test_messages(before: Message | None, after: Message, is_told: bool) -> None:  # noqa: FBT001 -- a table
    held = {before.id: before} if before else {}
    fact = MessageSent(message=MESSAGE.id, author=ANNA, at=MESSAGE.at)
    assert of_messages(held, [after], FRAME) == [fact] * is_told


def test_people_who_leave_and_move() -> None:
    anna, boris, vera = user(ANNA), user(BORIS), user(VERA)
    before = {one.id: one for one in (anna, boris)}
    moved = replace(boris, group=GroupId(502))
    assert of_people(before, [replace(anna, is_active=False), moved, vera]) == [
        UserDeactivated(user=ANNA),
        UserMoved(user=BORIS, before=GroupId(501), after=GroupId(502)),
    ]
    assert of_people(before, before.values()) == []


def test_a_merge_is_told_once() -> None:
    merge = Merged(EventId("e1"), EntityKind.CONTACT, 5001, after(5))
    assert of_merges([merge], {EventId("e1")}, FRAME) == [
        CardMerged(kind=EntityKind.CONTACT, id=5001)
    ]
    assert of_merges([merge], set(), FRAME) == []
    assert of_merges([replace(merge, at=LAST_YEAR)], {EventId("e1")}, FRAME) == []


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
    assert of_task(TASK, done, frame) == [TaskCompleted(task=TASK.id, by_command=CommandId(19))]
    theirs = replace(done, text="Перезвонить завтра")
    assert of_task(TASK, theirs, frame) == [
        TaskCompleted(task=TASK.id),
        TaskChanged(task=TASK.id),
    ]


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
