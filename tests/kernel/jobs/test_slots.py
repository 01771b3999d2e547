"""A job that takes long gives its place to others, up to a bound."""

from pgqueuer.domain.types import JobId

from smena.kernel.jobs.slots import AT_ONCE, BESIDE_MAX, LONG_SECONDS, Slots


def tries(*jobs: int) -> dict[JobId, object]:
    return {JobId(job): object() for job in jobs}


def test_short_jobs_hold_their_places() -> None:
    places, running = Slots(), tries(1, 2, 3)
    assert places.room(running, 0.0) == AT_ONCE
    assert places.room(running, LONG_SECONDS / 2) == AT_ONCE


def test_long_jobs_go_on_beside() -> None:
    places, running = Slots(), tries(1, 2)
    places.room(running, 0.0)
    assert places.room(running | tries(3), LONG_SECONDS) == AT_ONCE + 2
    assert places.room({}, LONG_SECONDS * 2) == AT_ONCE, "they have ended"


def test_a_new_try_of_a_job_begins_anew() -> None:
    places = Slots()
    places.room(tries(1), 0.0)
    assert places.room(tries(1), LONG_SECONDS) == AT_ONCE


def test_there_is_a_bound() -> None:
    places, running = Slots(), tries(*range(BESIDE_MAX + 5))
    places.room(running, 0.0)
    assert places.room(running, LONG_SECONDS) == AT_ONCE + BESIDE_MAX
