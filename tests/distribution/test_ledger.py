"""The ledger's promises, in the numbering of distribution.md section 2."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from smena.crm.model.entities import UserId
from smena.distribution.core.ledger import (
    LEAD,
    Balance,
    Ledger,
    assign,
    enrol,
    next_receivers,
    undo,
)

ANNA, BORIS, VERA, GLEB = (UserId(number) for number in (1, 2, 3, 4))

rosters = st.lists(st.integers(1, 40).map(UserId), min_size=1, max_size=12, unique=True)


def fresh(*users: UserId) -> Ledger:
    return enrol(Ledger(), users)


def receivers(ledger: Ledger, turns: list[list[UserId]]) -> tuple[list[UserId], Ledger]:
    chosen = []
    for candidates in turns:
        turn = assign(ledger, candidates)
        chosen.append(turn.user)
        ledger = turn.ledger
    return chosen, ledger


def total(ledger: Ledger) -> int:
    return sum(balance.credit for balance in ledger.balances)


def test_the_first_turns_follow_the_list() -> None:
    assert next_receivers(fresh(VERA, ANNA, BORIS), {VERA, ANNA, BORIS}, 7) == [
        VERA, ANNA, BORIS, VERA, ANNA, BORIS, VERA,
    ]  # fmt: skip


def test_an_absent_person_neither_earns_nor_pays() -> None:
    _, ledger = receivers(fresh(ANNA, BORIS, VERA), [[ANNA, BORIS], [ANNA, BORIS], [ANNA]])
    assert ledger.of(VERA) == Balance(VERA)


def test_whoever_was_away_does_not_get_a_run_on_return() -> None:
    """8: with `keep place` the one who returns takes usual turns."""
    _, ledger = receivers(fresh(ANNA, BORIS, VERA), [[ANNA, BORIS]] * 10)
    chosen, _ = receivers(ledger, [[ANNA, BORIS, VERA]] * 6)
    assert Counter(chosen) == {ANNA: 2, BORIS: 2, VERA: 2}


def test_a_newcomer_goes_first_at_the_first_tie() -> None:
    _, ledger = receivers(fresh(ANNA, BORIS), [[ANNA, BORIS]] * 2)
    assert assign(enrol(ledger, [ANNA, BORIS, VERA]), {ANNA, BORIS, VERA}).user == VERA


def test_the_vector_of_a_decision_names_every_candidate() -> None:
    turn = assign(fresh(ANNA, BORIS, VERA), {ANNA, BORIS, VERA})
    assert [(e.user, e.before, e.share) for e in turn.entries] == [
        (ANNA, 0, 333_333_334),
        (BORIS, 0, 333_333_333),
        (VERA, 0, 333_333_333),
    ]
    assert turn.ledger.of(ANNA).credit == 333_333_334 - LEAD


def test_a_leavers_debt_is_spread_over_those_who_stay() -> None:
    _, ledger = receivers(fresh(ANNA, BORIS, VERA), [[ANNA, BORIS, VERA]])
    after = enrol(ledger, [BORIS, VERA])
    assert [balance.user for balance in after.balances] == [BORIS, VERA]
    assert total(after) == 0


@given(rosters, st.data())
def test_credits_always_add_up_to_zero(roster: list[UserId], data: st.DataObject) -> None:
    """1: after any sequence of turns, absences, joins, leaves and refusals."""
    ledger = fresh(*roster)
    for _ in range(data.draw(st.integers(0, 25))):
        match data.draw(st.sampled_from(["give", "enrol", "give_back"])):
            case "enrol":
                ledger = enrol(ledger, data.draw(rosters))
            case step:
                members = [balance.user for balance in ledger.balances]
                present = data.draw(st.lists(st.sampled_from(members), min_size=1, unique=True))
                turn = assign(ledger, present)
                ledger = turn.ledger
                if step == "give_back":
                    ledger = undo(ledger, turn.user, turn.entries)
        assert total(ledger) == 0


@given(rosters, st.integers(1, 5))
def test_each_window_of_a_fixed_roster_has_each_person_once(
    roster: list[UserId], rounds: int
) -> None:
    """3: strict rotation."""
    size = len(roster)
    chosen = next_receivers(fresh(*roster), roster, size * rounds)
    for start in range(size * (rounds - 1) + 1):
        assert set(chosen[start : start + size]) == set(roster)


@given(rosters, st.data())
def test_only_candidates_receive_and_the_same_events_give_the_same_sequence(
    roster: list[UserId], data: st.DataObject
) -> None:
    """4 and 5."""
    turns = data.draw(
        st.lists(st.lists(st.sampled_from(roster), min_size=1, unique=True), max_size=30)
    )
    chosen, ledger = receivers(fresh(*roster), turns)
    assert all(user in present for user, present in zip(chosen, turns, strict=True))
    assert receivers(fresh(*roster), [list(reversed(present)) for present in turns]) == (
        chosen,
        ledger,
    )


@given(rosters, st.data())
def test_leaving_and_coming_back_with_no_lead_between_changes_nothing(
    roster: list[UserId], data: st.DataObject
) -> None:
    """6: absence is not a change of the ledger at all; an unchanged list is no change either."""
    turns = data.draw(
        st.lists(st.lists(st.sampled_from(roster), min_size=1, unique=True), max_size=20)
    )
    _, ledger = receivers(fresh(*roster), turns)
    assert enrol(ledger, roster) == ledger


@settings(max_examples=40)
@given(rosters.filter(lambda roster: len(roster) > 1), st.data())
def test_nobody_gains_by_coming_and_going(roster: list[UserId], data: st.DataObject) -> None:
    """7: at most two leads above the fair part, however long the game goes on."""
    gamer = roster[0]
    presence = data.draw(st.lists(st.booleans(), min_size=20, max_size=200))
    ledger, got, fair = fresh(*roster), 0, 0.0
    for is_here in presence:
        candidates = roster if is_here else roster[1:]
        turn = assign(ledger, candidates)
        ledger = turn.ledger
        got += turn.user == gamer
        fair += 1 / len(candidates) if is_here else 0
    assert got <= fair + 2


@given(rosters, st.permutations(range(12)), st.integers(0, 40))
def test_the_order_of_the_list_moves_counts_by_one_at_most(
    roster: list[UserId], order: list[int], leads: int
) -> None:
    """9."""
    shuffled = sorted(roster, key=lambda user: order[roster.index(user) % len(order)])
    one = Counter(next_receivers(fresh(*roster), roster, leads))
    two = Counter(next_receivers(fresh(*shuffled), shuffled, leads))
    assert all(abs(one[user] - two[user]) <= 1 for user in roster)


@given(rosters, st.data())
def test_the_journal_alone_rebuilds_the_credits(roster: list[UserId], data: st.DataObject) -> None:
    """17: each candidate's last line is their credit."""
    turns = data.draw(
        st.lists(st.lists(st.sampled_from(roster), min_size=1, unique=True), max_size=20)
    )
    ledger = fresh(*roster)
    rebuilt = dict.fromkeys(roster, 0)
    for present in turns:
        turn = assign(ledger, present)
        ledger = turn.ledger
        for entry in turn.entries:
            assert entry.before == rebuilt[entry.user]
            rebuilt[entry.user] = entry.after
    assert rebuilt == {balance.user: balance.credit for balance in ledger.balances}


@given(rosters, st.integers(0, 30))
def test_a_refused_gift_leaves_no_trace_in_the_credits(roster: list[UserId], leads: int) -> None:
    """Section 1.2, point 10: the person did not ignore anything."""
    _, ledger = receivers(fresh(*roster), [list(roster)] * leads)
    turn = assign(ledger, roster)
    assert undo(turn.ledger, turn.user, turn.entries).balances == ledger.balances


def test_undoing_after_somebody_left_leaves_the_sum_at_nothing() -> None:
    turn = assign(fresh(ANNA, BORIS, VERA), [ANNA, BORIS, VERA])
    stayed = enrol(turn.ledger, (ANNA, BORIS))
    assert total(undo(stayed, turn.user, turn.entries)) == 0


def test_undoing_an_older_gift_leaves_the_later_receiver_their_turn() -> None:
    first = assign(fresh(ANNA, BORIS), [ANNA, BORIS])
    second = assign(first.ledger, [ANNA, BORIS])
    undone = undo(second.ledger, first.user, first.entries)
    assert undone.of(BORIS).last_seq == second.ledger.of(BORIS).last_seq
    assert undone.of(ANNA).last_seq == fresh(ANNA).of(ANNA).last_seq


def test_a_template_that_everybody_left_owes_nobody() -> None:
    turn = assign(fresh(ANNA, BORIS), [ANNA, BORIS])
    assert enrol(turn.ledger, ()).balances == ()
