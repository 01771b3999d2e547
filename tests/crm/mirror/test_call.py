"""One call, once, whoever tells of it and in which order."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smena.crm.mirror.core.call import doubles, ended_at, is_same, started_at
from smena.crm.model.entities import Call, Direction, NoteId, Stamp
from tests.crm.cast import ANNA, BORIS, CALL, after

ANOTHER = replace(CALL, note=NoteId(77002))


@pytest.mark.parametrize(
    ("call", "start", "end"),
    [
        pytest.param(CALL, 540, 600, id="stamped at its end"),
        pytest.param(replace(CALL, stamp_is=Stamp.START), 600, 660, id="stamped at its start"),
        pytest.param(replace(CALL, duration_seconds=None), 600, 600, id="unknown length"),
    ],
)
def test_when_it_was(call: Call, start: int, end: int) -> None:
    assert (started_at(call), ended_at(call)) == (after(start), after(end))


@pytest.mark.parametrize(
    ("other", "same"),
    [
        pytest.param(replace(ANOTHER, stamp=after(6000)), True, id="its own number"),
        pytest.param(replace(ANOTHER, uniq="pbx-2"), False, id="another number"),
        pytest.param(replace(ANOTHER, uniq="", stamp=after(660)), True, id="60 s later"),
        pytest.param(replace(ANOTHER, uniq="", stamp=after(661)), False, id="61 s later"),
        pytest.param(replace(ANOTHER, uniq="", user=BORIS), False, id="another person"),
        pytest.param(replace(ANOTHER, uniq="", phone="+7111"), False, id="another phone"),
        pytest.param(replace(ANOTHER, uniq="", direction=Direction.IN), False, id="other way"),
        pytest.param(
            replace(ANOTHER, uniq="", duration_seconds=200, stamp=after(740)), True,
            id="same start, longer",
        ),
        pytest.param(
            replace(ANOTHER, uniq="", duration_seconds=None, stamp=after(610)), True,
            id="unknown length, same end",
        ),
    ],
)  # fmt: skip
def test_same_call(other: Call, same: bool) -> None:  # noqa: FBT001 -- a table
    assert is_same(CALL, other) is same
    assert is_same(other, CALL) is same


def test_without_a_phone_only_the_number_tells() -> None:
    nameless = replace(CALL, uniq="", phone="")
    assert not is_same(nameless, replace(nameless, note=NoteId(77002)))


def test_the_note_that_knows_the_length_counts() -> None:
    unknown = replace(CALL, duration_seconds=None)
    assert doubles([unknown, ANOTHER]) == {unknown.note: ANOTHER.note}


def test_a_note_without_number_does_not_join_two_numbered_calls() -> None:
    """Two quick calls to one phone are two, though a third note fits both."""
    first = replace(CALL, stamp=after(600))
    vague = replace(CALL, note=NoteId(77002), uniq="", stamp=after(620))
    second = replace(CALL, note=NoteId(77003), uniq="pbx-2", stamp=after(640))
    assert doubles([first, vague, second]) == {vague.note: first.note}


notes = st.lists(
    st.builds(
        lambda note, user, uniq, second, length: replace(
            CALL,
            note=NoteId(note),
            user=user,
            uniq=uniq,
            stamp=after(second),
            duration_seconds=length,
        ),
        st.integers(1, 50),
        st.sampled_from([ANNA, BORIS]),
        st.sampled_from(["", "", "a", "b"]),
        st.integers(0, 300),
        st.sampled_from([None, 0, 60]),
    ),
    unique_by=lambda call: call.note,
    max_size=12,
)


@given(notes, st.data())
def test_the_order_of_arrival_does_not_matter(calls: list[Call], data: st.DataObject) -> None:
    assert doubles(data.draw(st.permutations(calls))) == doubles(calls)


@given(notes)
def test_what_counts_is_nobodys_double_and_all_others_name_what_counts(calls: list[Call]) -> None:
    found = doubles(calls)
    counted = [call for call in calls if call.note not in found]
    assert not any(is_same(one, two) for one in counted for two in counted if one is not two)
    assert set(found.values()) <= {call.note for call in counted}
