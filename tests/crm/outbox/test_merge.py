"""Which commands travel together, and which are superseded."""

from collections.abc import Hashable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smena.crm.model.entities import (
    ContactId,
    EntityKind,
    LeadId,
    PipelineId,
    StatusId,
    TaskId,
    UserId,
)
from smena.crm.outbox.core.merge import items, merged, parts, share_an_entity, superseded
from smena.crm.outbox.model import (
    AddNote,
    Change,
    ChangeContact,
    ChangeLead,
    ChangeTask,
    Command,
    CreateTask,
    FieldValue,
    SetField,
    Stage,
)
from tests.crm.cast import ANNA, BORIS, after, command

LEAD = LeadId(1)
NOTE = AddNote(card_kind=EntityKind.LEAD, card_id=1, text="Просил счёт")
CALL_BACK = CreateTask(text="Перезвонить", due_at=after(60))


def field(number: int, value: str) -> SetField:
    return SetField(number, (FieldValue(value),))


@pytest.mark.parametrize(
    ("changes", "gone"),
    [
        pytest.param(
            [ChangeLead(lead=LEAD, responsible=ANNA), ChangeLead(lead=LEAD, responsible=BORIS)],
            [1],
            id="the later responsible counts",
        ),
        pytest.param(
            [ChangeLead(lead=LEAD, responsible=ANNA), ChangeLead(lead=LEAD, price=5)],
            [],
            id="other parts go together",
        ),
        pytest.param(
            [
                ChangeLead(lead=LEAD, responsible=ANNA, price=5),
                ChangeLead(lead=LEAD, responsible=BORIS),
            ],
            [],
            id="a part is left",
        ),
        pytest.param(
            [
                ChangeLead(lead=LEAD, responsible=ANNA, price=5),
                ChangeLead(lead=LEAD, responsible=BORIS),
                ChangeLead(lead=LEAD, price=7),
            ],
            [1],
            id="two later ones leave nothing",
        ),
        pytest.param(
            [ChangeLead(lead=LEAD, add_tags=("a",)), ChangeLead(lead=LEAD, drop_tags=("a",))],
            [1],
            id="the last word about a tag",
        ),
        pytest.param(
            [
                ChangeLead(lead=LEAD, fields=(field(7, "x"),)),
                ChangeLead(lead=LEAD, fields=(field(8, "y"),)),
            ],
            [],
            id="two fields",
        ),
        pytest.param(
            [
                ChangeLead(lead=LEAD, responsible=ANNA),
                ChangeContact(contact=ContactId(1), responsible=BORIS),
                ChangeTask(task=TaskId(1), responsible=BORIS),
            ],
            [],
            id="the same number of another kind",
        ),
        pytest.param([NOTE, NOTE, CALL_BACK, CALL_BACK], [], id="creations stand alone"),
    ],
)
def test_superseded(changes: list[Change], gone: list[int]) -> None:
    commands = [command(number, change) for number, change in enumerate(changes, 1)]
    assert [one.id for one in superseded(commands)] == gone


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param([], False, id="nothing"),
        pytest.param(
            [ChangeLead(lead=LEAD, price=5), ChangeContact(contact=ContactId(1), name="Анна")],
            False,
            id="the same number of another kind",
        ),
        pytest.param(
            [ChangeLead(lead=LEAD, price=5), ChangeLead(lead=LEAD, name="Заявка")],
            True,
            id="one lead",
        ),
        pytest.param([NOTE, NOTE], False, id="creations stand alone"),
    ],
)
def test_sharing_an_entity(changes: list[Change], *, expected: bool) -> None:
    assert share_an_entity(changes) is expected


def test_an_item_says_all_that_is_wished() -> None:
    first = ChangeLead(
        lead=LEAD, responsible=ANNA, name="Поставка", fields=(field(7, "x"), field(8, "y")),
        add_tags=("сайт", "vip"),
    )  # fmt: skip
    second = ChangeLead(
        lead=LEAD, responsible=BORIS, stage=Stage(PipelineId(700), StatusId(142)),
        fields=(field(8, "z"),), drop_tags=("vip",),
    )  # fmt: skip
    item = merged([command(2, second), command(1, first)])
    assert item.change == ChangeLead(
        lead=LEAD, responsible=BORIS, name="Поставка", stage=Stage(PipelineId(700), StatusId(142)),
        fields=(field(7, "x"), field(8, "z")), add_tags=("сайт",), drop_tags=("vip",),
    )  # fmt: skip
    assert [one.id for one in item.commands] == [1, 2]
    assert item.key == 1


def test_a_contact_shared_by_several_leads_is_one_item_with_the_last_owner() -> None:
    shared = [
        command(number, ChangeContact(contact=ContactId(5), responsible=UserId(number)))
        for number in (1, 2, 3)
    ]
    (item,) = items(shared)
    assert item.change == ChangeContact(contact=ContactId(5), responsible=UserId(3))
    assert [one.id for one in superseded(shared)] == [1, 2]


def test_creations_are_never_joined() -> None:
    assert [item.key for item in items([command(1, NOTE), command(2, NOTE)])] == [1, 2]


people = st.none() | st.integers(1, 3).map(UserId)
tags = st.lists(st.sampled_from("abc"), max_size=2, unique=True).map(tuple)
changes = st.builds(
    lambda lead, responsible, price, number, added: ChangeLead(
        lead=LeadId(lead), responsible=responsible, price=price,
        fields=() if number is None else (field(number, "x"),), add_tags=added,
    ),
    st.integers(1, 2), people, st.none() | st.integers(0, 2), st.none() | st.integers(7, 8), tags,
).filter(parts)  # fmt: skip
batches = st.lists(changes, min_size=1, max_size=6).map(
    lambda all_: [command(number, change) for number, change in enumerate(all_, 1)]
)


@given(batches)
def test_nothing_wished_is_lost_and_the_last_word_counts(commands: list[Command]) -> None:
    """Sending the items does what sending each command in turn does, with or without the gone."""
    gone = {one.id for one in superseded(commands)}
    for kept in (commands, [one for one in commands if one.id not in gone]):
        found = items(kept)
        assert {one.id for item in found for one in item.commands} == {one.id for one in kept}
        assert effect([item.change for item in found]) == effect([one.change for one in commands])


@given(batches)
def test_the_last_command_of_an_entity_is_never_superseded(commands: list[Command]) -> None:
    gone = {one.id for one in superseded(commands)}
    assert commands[-1].id not in gone


def effect(all_: list[Change]) -> dict[Hashable, object]:
    """Return what would stand in the CRM after these changes, one after another."""
    state: dict[Hashable, object] = {}
    for change in all_:
        assert isinstance(change, ChangeLead)
        values = {"responsible": change.responsible, "price": change.price}
        state |= {(change.lead, name): v for name, v in values.items() if v is not None}
        state |= {(change.lead, one.field): one.values for one in change.fields}
        state |= {(change.lead, tag): True for tag in change.add_tags}
    return state
