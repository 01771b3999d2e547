"""Whether a row says what a reading of the CRM says."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smena.crm.mirror.core import contents, merge
from smena.crm.mirror.core.conversations import Known
from smena.crm.mirror.core.merge import Held
from smena.crm.mirror.model import Contents
from smena.crm.model.conversations import Note, Unsorted, UnsortedId, UnsortedState
from smena.crm.model.details import FieldId, Filled, Tag, TagId, Value
from smena.crm.model.entities import (
    Call,
    CompanyId,
    ContactId,
    Direction,
    EntityKind,
    Lead,
    LeadId,
    NoteId,
    Source,
    StatusId,
)
from tests.crm.cast import ANNA, BORIS, MONDAY_10_00, NEW, SALES

CITY = Filled(FieldId(1), (Value("Тула"),))
SUM = Filled(FieldId(2), (Value(5.0),))
HOT, COLD = Tag(TagId(1), "горячая"), Tag(TagId(2), "холодная")
LEAD = Lead(
    LeadId(4000001), "Заявка", 100, ANNA, SALES, NEW, ANNA, ANNA, MONDAY_10_00, MONDAY_10_00,
    contacts=(ContactId(1), ContactId(2)), company=CompanyId(7), tags=(HOT, COLD),
    fields=(CITY, SUM),
)  # fmt: skip
NOTE = Note(NoteId(5), "call_in", EntityKind.LEAD, LEAD.id, ANNA, ANNA, MONDAY_10_00, MONDAY_10_00)
CALL = Call(
    NOTE.id, EntityKind.LEAD, LEAD.id, Direction.IN, 60, "+79990001122", "pbx-1", ANNA,
    MONDAY_10_00, None, "ATC",
)  # fmt: skip
REQUEST = Unsorted(UnsortedId("u1"), "forms", SALES, LEAD.id, (), "Сайт", MONDAY_10_00)


def of_lead(told: Lead, held: Lead) -> Contents:
    stored = {int(held.id): Held(held, Source.API)}
    return contents.of_cards([told], stored, merge.complete_lead)


@pytest.mark.parametrize(
    ("told", "is_same"),
    [
        pytest.param(LEAD, True, id="the same"),
        pytest.param(replace(LEAD, responsible=BORIS), False, id="another responsible"),
        pytest.param(replace(LEAD, status=StatusId(142)), False, id="another stage"),
        pytest.param(replace(LEAD, price=101), False, id="another price"),
        pytest.param(replace(LEAD, name="Заявка 2"), False, id="another name"),
        pytest.param(replace(LEAD, fields=(CITY,)), False, id="a field less"),
        pytest.param(
            replace(LEAD, fields=(replace(CITY, values=(Value("Орёл"),)), SUM)), False,
            id="another value",
        ),
        pytest.param(replace(LEAD, tags=(HOT,)), False, id="a tag less"),
        pytest.param(replace(LEAD, contacts=(ContactId(1),)), False, id="a link less"),
        pytest.param(replace(LEAD, contacts=()), False, id="no link, and it is said"),
        pytest.param(
            replace(LEAD, contacts=(ContactId(2), ContactId(1))), False, id="another main contact"
        ),
        pytest.param(replace(LEAD, company=CompanyId(0)), False, id="no company, and it is said"),
        pytest.param(
            replace(LEAD, contacts=None, company=None, tags=None, fields=None), True,
            id="nulls where lists should be say nothing",
        ),
        pytest.param(replace(LEAD, tags=(COLD, HOT)), True, id="tags have no order"),
        pytest.param(
            replace(LEAD, fields=(CITY, replace(SUM, values=(Value(5),)))), True,
            id="a whole number is whole, however it is written",
        ),
        pytest.param(replace(LEAD, next_task_at=MONDAY_10_00), True, id="the next task is derived"),
    ],
)  # fmt: skip
def test_leads(told: Lead, *, is_same: bool) -> None:
    found = of_lead(told, LEAD)
    assert found.differing == (set() if is_same else {LEAD.id})
    assert found.lacking == set()


def test_no_company_is_no_company() -> None:
    """Before it was said, and after it was said."""
    nobody = replace(LEAD, company=None)
    assert of_lead(replace(LEAD, company=CompanyId(0)), nobody).differing == set()


def test_what_is_not_held_is_lacking() -> None:
    assert contents.of_cards([LEAD], {}, merge.complete_lead).lacking == {LEAD.id}


@pytest.mark.parametrize(
    ("held", "held_call", "expected"),
    [
        pytest.param(NOTE, CALL, (set(), set()), id="the same"),
        pytest.param(None, None, (set(), {5}), id="neither is held"),
        pytest.param(NOTE, None, (set(), {5}), id="the call is not held"),
        pytest.param(None, CALL, (set(), {5}), id="the note is not held"),
        pytest.param(replace(NOTE, text="иначе"), CALL, ({5}, set()), id="another text"),
        pytest.param(NOTE, replace(CALL, duration_seconds=9), ({5}, set()), id="another length"),
        pytest.param(NOTE, replace(CALL, user=BORIS), (set(), set()), id="who talked stays"),
    ],
)
def test_notes(
    held: Note | None, held_call: Call | None, expected: tuple[set[int], set[int]]
) -> None:
    stored = {5: Known(held, Source.API)} if held else {}
    found = contents.of_notes([NOTE], [CALL], stored, {5: held_call} if held_call else {})
    assert (set(found.differing), set(found.lacking)) == expected


@pytest.mark.parametrize(
    ("held", "is_same"),
    [
        pytest.param(REQUEST, True, id="the same"),
        pytest.param(replace(REQUEST, origin="Почта"), False, id="another origin"),
        pytest.param(
            replace(REQUEST, state=UnsortedState.ACCEPTED, closed_at=MONDAY_10_00), True,
            id="a webhook said that it was accepted",
        ),
        pytest.param(
            replace(REQUEST, state=UnsortedState.GONE, closed_at=MONDAY_10_00, is_guess=True),
            False, id="it was only guessed to be gone",
        ),
        pytest.param(
            replace(REQUEST, created_at=MONDAY_10_00 - timedelta(minutes=1)), True,
            id="the earlier moment counts",
        ),
    ],
)  # fmt: skip
def test_unsorted(held: Unsorted, *, is_same: bool) -> None:
    found = contents.of_unsorted([REQUEST], {held.id: held})
    assert found.differing == (set() if is_same else {"u1"})


@given(st.integers(0, 10**9), st.text(max_size=20), st.permutations([HOT, COLD]))
def test_equal_rows_have_equal_digests(price: int, name: str, tags: list[Tag]) -> None:
    one = replace(LEAD, price=price, name=name, tags=tuple(tags))
    two = replace(LEAD, price=price, name=name)
    assert contents.digest(contents.plain(one)) == contents.digest(contents.plain(two))
    other = replace(two, price=price + 1)
    assert contents.digest(contents.plain(other)) != contents.digest(contents.plain(two))
