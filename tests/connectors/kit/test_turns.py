"""Who goes when at a shared pace: a small world of workers, each asking one after another."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st

from smena.connectors.kit.core.rate_limit import MAX_WAIT, LimiterState, request

STEP = 150_000
SECOND = 1_000_000
DISPATCHER, POLLING, BULK = range(3)


@dataclass(order=True, slots=True)
class Worker:
    """Wants a turn, uses it, rests, wants the next one."""

    at: int
    rank: int
    rest: int = 0
    wanted: int = field(default=0)


@dataclass(slots=True)
class Given:
    """One slot: whose, and how long they had wanted it."""

    slot: int
    rank: int
    waited: int


def live(workers: Sequence[Worker], until: int) -> list[Given]:
    """Let the workers go on for a while; return all slots in the order of booking."""
    line, slots = LimiterState(), []
    queue = list(workers)
    for worker in queue:
        worker.wanted = worker.at
    heapq.heapify(queue)
    while queue[0].at < until:
        worker = heapq.heappop(queue)
        line, turn = request(line, worker.rank, worker.at, STEP)
        after = worker.at + turn.wait
        if turn.is_given:
            slots.append(Given(after, worker.rank, after - worker.wanted))
            after += worker.rest
            worker.wanted = after
        worker.at = after
        heapq.heappush(queue, worker)
    return slots


def workers() -> st.SearchStrategy[list[Worker]]:
    starts, rests = st.integers(1, SECOND), st.integers(0, SECOND)
    return st.lists(st.builds(Worker, starts, st.integers(0, 2), rests), min_size=1, max_size=8)


@settings(max_examples=40)
@given(workers())
def test_slots_are_a_step_apart(team: list[Worker]) -> None:
    slots = sorted(given.slot for given in live(team, 5 * SECOND))
    assert all(after - before >= STEP for before, after in pairwise(slots))


@settings(max_examples=40)
@example([*(Worker(1, 0) for _ in range(3)), Worker(1, 2)])  # asks just before a turn is due
@example([*(Worker(1, 0) for _ in range(7)), Worker(1, 1)])  # the next slot is over a second away
@given(workers())
def test_nobody_starves(team: list[Worker]) -> None:
    """Whatever the others do, each rank has a turn within its floor and a slot for each of them."""
    given = live(team, 20 * SECOND)
    for rank in {worker.rank for worker in team}:
        served = sorted(one.slot for one in given if one.rank == rank)
        longest_rest = max(worker.rest for worker in team if worker.rank == rank)
        limit = MAX_WAIT[rank] + longest_rest + (len(team) + 2) * STEP
        assert max(after - before for before, after in pairwise([SECOND, *served])) <= limit


@settings(max_examples=40)
@given(workers())
def test_one_dispatcher_is_at_most_a_few_slots_away(team: list[Worker]) -> None:
    others = [worker for worker in team if worker.rank != DISPATCHER]
    given = live([Worker(SECOND, DISPATCHER, rest=0), *others], 8 * SECOND)
    assert max(one.waited for one in given if one.rank == DISPATCHER) <= 4 * STEP


@given(st.lists(st.integers(1, SECOND), min_size=1, max_size=9))
def test_a_dispatcher_is_never_told_to_ask_again(moments: list[int]) -> None:
    line = LimiterState()
    for now in sorted(moments):
        line, turn = request(line, DISPATCHER, now, STEP)
        assert turn.is_given


def test_alone_each_rank_has_the_whole_pace() -> None:
    for rank in range(3):
        given = live([Worker(1, rank), Worker(2, rank)], 15 * SECOND)
        assert len(given) >= 100


def test_a_burst_takes_nearly_all_and_leaves_the_floors() -> None:
    given = live([Worker(1, DISPATCHER), Worker(1, POLLING), Worker(1, BULK)], 15 * SECOND)
    count = [sum(one.rank == rank for one in given) for rank in range(3)]
    assert sum(count) >= 100
    assert count[DISPATCHER] >= 90
    assert count[POLLING] in range(4, 7)
    assert count[BULK] in range(2, 5)


def test_between_rare_requests_of_others_bulk_goes_on() -> None:
    """A dispatcher with a lead a second costs the first load its slot and half a slot more."""
    given = live([Worker(1, DISPATCHER, rest=SECOND), Worker(1, BULK)], 15 * SECOND)
    assert sum(one.rank == BULK for one in given) >= 75


def test_who_stopped_asking_is_not_waited_for() -> None:
    line, _ = request(LimiterState(), DISPATCHER, SECOND, STEP)
    line, turn = request(line, BULK, SECOND + 1, STEP)
    assert not turn.is_given
    line, turn = request(line, BULK, SECOND + 1 + turn.wait, STEP)
    assert turn.is_given
    assert line.waiting[BULK] == 0
