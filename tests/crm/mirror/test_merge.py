"""Which state wins, whatever arrives first."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smena.crm.mirror.core.merge import (
    Binned,
    Held,
    changed_bin,
    changed_rows,
    complete_contact,
    complete_lead,
    complete_task,
)
from smena.crm.model.entities import (
    CompanyId,
    ContactId,
    EntityKind,
    Lead,
    LeadId,
    Removed,
    Source,
    UserId,
)
from tests.crm.cast import ANNA, BORIS, CONTACT, LEAD, TALKS, TASK, VERA, WON, after, claim_of

API, WEBHOOK = Source.API, Source.WEBHOOK
KEY = (EntityKind.LEAD, int(LEAD.id))
State = tuple[dict[int, Held[Lead]], dict[tuple[EntityKind, int], Binned]]


def read(responsible: UserId, second: int) -> tuple[Source, Lead]:
    return API, replace(LEAD, responsible=responsible, updated_at=after(second))


def claim(responsible: UserId, second: int) -> tuple[Source, Lead]:
    return WEBHOOK, claim_of(read(responsible, second)[1])


@pytest.mark.parametrize(
    ("stored", "told", "wins"),
    [
        pytest.param(read(ANNA, 10), claim(BORIS, 9), False, id="older claim"),
        pytest.param(read(ANNA, 10), claim(BORIS, 10), False, id="claim of the same second"),
        pytest.param(read(ANNA, 10), claim(BORIS, 11), True, id="newer claim"),
        pytest.param(read(ANNA, 10), read(BORIS, 9), False, id="older read"),
        pytest.param(read(ANNA, 10), read(BORIS, 10), True, id="read of the same second"),
        pytest.param(claim(ANNA, 10), read(BORIS, 9), False, id="older read over a claim"),
        pytest.param(claim(ANNA, 10), read(BORIS, 10), True, id="read over a claim"),
        pytest.param(claim(ANNA, 10), claim(BORIS, 10), True, id="claim over a claim"),
        pytest.param(claim(ANNA, 10), claim(BORIS, 9), False, id="older claim over a claim"),
    ],
)
def test_the_rule_of_sources(
    stored: tuple[Source, Lead],
    told: tuple[Source, Lead],
    wins: bool,  # noqa: FBT001 -- a table
) -> None:
    held = {int(LEAD.id): Held(stored[1], stored[0])}
    found = changed_rows([told[1]], told[0], held, {}, complete_lead)
    assert bool(found) is wins


def test_the_same_content_is_no_news() -> None:
    assert changed_rows([LEAD], API, {int(LEAD.id): Held(LEAD, API)}, {}, complete_lead) == []


def test_a_read_confirms_a_claim_of_the_same_content() -> None:
    assert changed_rows([LEAD], API, {int(LEAD.id): Held(LEAD, WEBHOOK)}, {}, complete_lead) == [
        LEAD
    ]


def test_of_several_states_in_one_message_the_latest_counts() -> None:
    states = [read(user, second)[1] for user, second in ((ANNA, 12), (BORIS, 14), (VERA, 13))]
    assert [lead.responsible for lead in changed_rows(states, API, {}, {}, complete_lead)] == [
        BORIS
    ]


def test_a_claim_keeps_what_it_does_not_say() -> None:
    whole = replace(LEAD, company=CompanyId(6001), status=WON, closed_at=after(10))
    renamed = claim_of(replace(whole, name="Поставка 2"))
    assert complete_lead(whole, renamed, WEBHOOK) == replace(whole, name="Поставка 2")


def test_a_reopened_lead_is_not_closed() -> None:
    closed = replace(LEAD, status=WON, closed_at=after(10))
    assert complete_lead(closed, claim_of(replace(closed, status=TALKS)), WEBHOOK).closed_at is None


def test_no_company_is_something_to_say() -> None:
    linked = replace(LEAD, contacts=(ContactId(1),), company=CompanyId(6001))
    alone = replace(LEAD, contacts=(), company=CompanyId(0))
    assert complete_lead(linked, alone, API) == alone


def test_a_contact_keeps_an_unsaid_company() -> None:
    linked = replace(CONTACT, company=CompanyId(6001))
    assert complete_contact(linked, replace(CONTACT, name="Пётр П."), WEBHOOK).company == 6001


def test_a_read_of_a_task_tells_its_length() -> None:
    told = replace(TASK, duration_seconds=0)
    assert complete_task(TASK, told, API) == told
    assert complete_task(TASK, told, WEBHOOK) == TASK


users = st.sampled_from([ANNA, BORIS, VERA])
seconds = st.integers(10, 30)
rows = st.one_of(st.builds(read, users, seconds), st.builds(claim, users, seconds))
removals = st.builds(
    lambda second, back: Removed(EntityKind.LEAD, int(LEAD.id), after(second), back),
    seconds,
    st.booleans(),
)


def absorb(state: State, message: tuple[Source, Lead] | Removed) -> State:
    """Do what the shell does, in memory; the shell itself is tested in test_order.py."""
    held, bin_ = state
    if isinstance(message, Removed):
        return held, bin_ | changed_bin([message], bin_)
    source, lead = message
    binned = {number: one for (_, number), one in bin_.items()}
    for row in changed_rows([lead], source, held, binned, complete_lead):
        held = held | {int(row.id): Held(row, source)}
    return held, bin_


def after_all(messages: Sequence[tuple[Source, Lead] | Removed]) -> State:
    state: State = ({}, {})
    for message in messages:
        state = absorb(state, message)
    return state


@given(st.lists(rows, max_size=8), st.randoms(use_true_random=False), users)
def test_any_order_followed_by_a_read_ends_the_same(
    messages: list[tuple[Source, Lead]], dice: Random, user: UserId
) -> None:
    truth = read(user, 31)
    shuffled = [*messages, *messages]
    dice.shuffle(shuffled)
    assert after_all([*shuffled, truth])[0] == {int(LEAD.id): Held(truth[1], API)}


@given(st.lists(rows, max_size=8))
def test_a_message_absorbed_again_changes_nothing(messages: list[tuple[Source, Lead]]) -> None:
    state = after_all(messages)
    for source, lead in messages[-1:]:
        assert absorb(state, (source, lead)) == state


@given(st.lists(removals, min_size=1, max_size=8), st.data())
def test_the_latest_news_of_the_bin_counts_in_any_order(
    items: list[Removed], data: st.DataObject
) -> None:
    latest = max(items, key=lambda item: (item.at, item.is_restored))
    _, bin_ = after_all(data.draw(st.permutations(items)))
    assert bin_ == {KEY: Binned(latest.at, not latest.is_restored)}


@given(rows, removals)
def test_a_row_is_in_the_bin_unless_it_changed_later(
    row: tuple[Source, Lead], item: Removed
) -> None:
    held, _ = after_all([item, row])
    expected = row[1].updated_at <= item.at and not item.is_restored
    assert held[int(LeadId(LEAD.id))].row.is_deleted is expected
